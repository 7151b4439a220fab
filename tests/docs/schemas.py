#!/usr/bin/env python3
"""The published schemas: well-formed, closed where kopi writes, one for every command, and of one mind with the program.

  schemas.py KOPI_DOCS TREE KOPI
"""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import yaml
    from jsonschema import Draft202012Validator
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PROGRAM, TREE, KOPI = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
sys.path.insert(0, str(TREE / "tests" / "support"))
import records  # noqa: E402

SCHEMAS = TREE / "schemas"
GOLDEN = TREE / "tests" / "golden"


class Yaml12(yaml.SafeLoader):
    """YAML without the types that kopi does not know: a date is text."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path):
    text = path.read_text(encoding="utf-8")
    return yaml.load(text, Yaml12) if path.suffix == ".yaml" else json.loads(text)


# ---- the schemas themselves ----


def walk(schema, path="$"):
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from walk(value, f"{path}.{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from walk(value, f"{path}[{index}]")


def about_schema(name, schema, is_record):
    Draft202012Validator.check_schema(schema)
    if schema.get("$id") != records.BASE + name:
        yield f"{name}: $id is {schema.get('$id')}"
    for path, part in walk(schema):
        reference = part.get("$ref")
        if isinstance(reference, str) and not resolves(name, reference):
            yield f"{name}: {path}: nothing is at {reference}"
        fields = part.get("properties")
        if not is_record or not isinstance(fields, dict) or part.get("type") != "object":
            continue
        if part.get("additionalProperties") is not False:
            yield f"{name}: {path}: a record is closed (additionalProperties: false)"
        if set(part.get("required", [])) != set(fields):
            yield f"{name}: {path}: a record always has every field: {sorted(set(fields) ^ set(part.get('required', [])))}"
        yield from (f"{name}: {path}.{key}: says not what it is" for key, field in fields.items() if not is_described(field))


def is_described(field):
    return bool({"description", "const", "$ref"} & field.keys())


def resolves(name, reference):
    file, _, pointer = reference.partition("#")
    schema = records.load(str(Path(name).parent / file) if file else name)
    for part in filter(None, pointer.split("/")):
        schema = schema.get(part) if isinstance(schema, dict) else None
    return schema is not None


def check_schemas():
    for file in sorted(SCHEMAS.rglob("*.json")):
        name = str(file.relative_to(SCHEMAS))
        yield from about_schema(name, json.loads(file.read_text(encoding="utf-8")), name.startswith("output/"))


def check_table():
    table = json.loads(subprocess.run([PROGRAM, "table"], check=True, capture_output=True).stdout)
    commands = {command["path"] for command in table["commands"] if not command["hidden"]}
    known = set(records.command_schemas()) - {"version"}
    yield from (f"kopi {path} has no schema in schemas/output" for path in sorted(commands - known))
    yield from (f"schemas/output is about kopi {path}, which is no command" for path in sorted(known - commands))
    codes = {code["name"] for code in table["codes"]} | {None}
    listed = set(records.load("output/common.schema.json")["$defs"]["code"]["enum"])
    yield from (f"the code {code} is in the program or in the schema only" for code in codes ^ listed)


# ---- samples ----


def check_samples():
    """Samples of the files that kopi reads and writes, and of the records that it prints."""
    for folder in sorted(GOLDEN.glob("schemas/*-v1")):
        schema = f"{folder.name}.schema.json"
        for file in sorted(folder.glob("good/*")):
            problem = records.against(schema, read(file))
            if problem:
                yield f"{file.relative_to(TREE)}: {problem}"
        for file in sorted(folder.glob("bad/*")):
            if records.against(schema, read(file)) is None:
                yield f"{file.relative_to(TREE)}: the schema takes it"
    for example in sorted(TREE.glob("examples/*")):
        for file, schema in (("distribution.yaml", "distribution-v1"), ("mcp.json", "mcp-v1"), ("config.yaml", "config-v1")):
            if (example / file).exists():
                problem = records.against(f"{schema}.schema.json", read(example / file))
                if problem:
                    yield f"{(example / file).relative_to(TREE)}: {problem}"


def check_records():
    """Each sample fits, and no longer does with any field of it gone or one more."""
    for file in sorted(GOLDEN.glob("records/*.json")):
        command = file.stem.replace("-", " ")
        record = read(file)
        problem = records.check_record(command, record)
        if problem:
            yield f"{file.relative_to(TREE)}: {problem}"
        for place in (record, record["data"]):
            for key in list(place):
                if key == "data":
                    continue
                value = place.pop(key)
                if records.check_record(command, copy.deepcopy(record)) is None:
                    yield f"{file.relative_to(TREE)}: fits without {key}"
                place[key] = value
            place["unheard-of"] = 1
            if records.check_record(command, record) is None:
                yield f"{file.relative_to(TREE)}: fits with a field that nobody knows"
            del place["unheard-of"]
    events = [json.loads(line) for line in (GOLDEN / "records/chat-event.jsonl").read_text(encoding="utf-8").splitlines()]
    problem = records.check_events(events)
    if problem:
        yield f"chat-event.jsonl: {problem}"
    if records.check_events(events[:-1]) is None:
        yield "chat-event.jsonl: fits without its end"


def check_program():
    """What the schema takes as a manifest, kopi takes, and the other way round."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "HOME": scratch}
        for name in ("KOPI_HOME", "KOPI_PROFILE"):
            environment.pop(name, None)
        bot = Path(scratch) / "bot"
        bot.mkdir()
        (bot / "SOUL.md").write_text("You help.\n")
        for file in sorted(GOLDEN.glob("schemas/distribution-v1/*/*.yaml")):
            shutil.copy(file, bot / "distribution.yaml")
            done = subprocess.run([KOPI, "install", str(bot), "--name", "bot", "--dry-run", "--json"], env=environment, capture_output=True, check=False)
            code = json.loads(done.stdout)["code"]
            expected = None if file.parent.name == "good" else "E_MANIFEST"
            if code != expected:
                yield f"{file.relative_to(TREE)}: kopi install says {code}, the schema means {expected}: {done.stderr.decode()}"


def self_test():
    good = {"$id": records.BASE + "output/x.schema.json", "type": "object", "additionalProperties": False, "required": ["a"],
            "properties": {"a": {"type": "string", "description": "A."}}}
    assert not list(about_schema("output/x.schema.json", good, True))
    for change in ({"$id": "other"}, {"additionalProperties": True}, {"required": []}, {"properties": {"a": {"type": "string"}}},
                   {"$defs": {"b": {"$ref": "common.schema.json#/$defs/nothing"}}}):
        assert list(about_schema("output/x.schema.json", {**good, **change}, True)), f"nobody complains about {change}"


def main():
    self_test()
    problems = [problem for check in (check_schemas, check_table, check_samples, check_records, check_program) for problem in check()]
    if problems:
        sys.exit("\n".join(problems))


main()
