"""Holds what `kopi ... --json` prints against the published schemas, in every story that uses it.

check() is told a shell line and what it printed. Lines whose stdout is not kopi's own alone (pipes into other programs, several
commands) are left alone; everything else with --json must be exactly what schemas/output says.
"""

import json
import shlex
from functools import lru_cache
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
BASE = "https://kopi.example/schemas/"
SHORT_FORMS = {"install": "profile install"}
SEPARATORS = {";", "&", "&&", "||", "|&"}


# ---- schemas ----


@lru_cache(maxsize=None)
def load(name):
    """The schema schemas/NAME, or None."""
    path = SCHEMAS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def load_address(address):
    schema = load(address[len(BASE):]) if address.startswith(BASE) else None
    if schema is None:
        raise LookupError(f"no schema has the address {address}")
    return schema


@lru_cache(maxsize=None)
def validator(name):
    """A validator for schemas/NAME, or None. Debian 12 has jsonschema 4.10, later releases resolve references another way."""
    import jsonschema

    schema = load(name)
    if schema is None:
        return None
    try:
        from referencing import Registry, Resource
    except ImportError:
        resolver = jsonschema.RefResolver.from_schema(schema, handlers={"https": load_address})
        return jsonschema.Draft202012Validator(schema, resolver=resolver)
    registry = Registry(retrieve=lambda address: Resource.from_contents(load_address(address)))
    return jsonschema.Draft202012Validator(schema, registry=registry)


@lru_cache(maxsize=None)
def command_schemas():
    """{command: schema file} of every command: {"profile list": "output/profile-list.schema.json", ...}."""
    names = {f.name.removesuffix(".schema.json") for f in (SCHEMAS / "output").glob("*.schema.json")}
    files = {name.replace("-", " "): f"output/{name}.schema.json" for name in names - {"common", "record", "chat-event"}}
    files["chat"] = "output/chat-event.schema.json"
    return files


def explain(error):
    """An error as lines; of a choice, what is wrong with the branch that was nearest."""
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        place = ".".join(str(part) for part in error.absolute_path)
        return [f"{place or '(root)'}: {error.message[:300]}"]
    branches = {}
    for problem in error.context:
        branches.setdefault(problem.schema_path[0], []).append(problem)

    def distance(problems):  # a constant tells the forms apart: the branch where those fit is the one that was meant
        return sum(p.validator == "const" for p in problems), sum(p.validator == "type" for p in problems), len(problems)

    return [line for problem in min(branches.values(), key=distance) for line in explain(problem)]


def against(name, value):
    """What is wrong with a value by schemas/NAME, or None."""
    schema = validator(name)
    if schema is None:
        return f"there is no schemas/{name}"
    lines = [line for error in schema.iter_errors(value) for line in explain(error)]
    return "\n".join(f"{name}: {line}" for line in sorted(lines)[:5]) or None


# ---- command lines ----


def words_of_kopi(text):
    """The words of the command whose stdout is the line's, and whether its status is the line's too; None when that is no one command."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        tokens = list(lexer)
    except ValueError:
        return None
    own_status = True
    if tokens[-2:] == ["||", "true"]:
        tokens, own_status = tokens[:-2], False
    while "|" in tokens:
        tokens = tokens[tokens.index("|") + 1:]
    words = []
    rest = iter(tokens)
    for token in rest:
        if token in SEPARATORS:
            return None
        if token and set(token) <= set("<>&"):
            target = next(rest, "")
            descriptor = words.pop() if words and words[-1] in ("1", "2") else ""
            if (">" in token and descriptor != "2") or (token == ">&" and target == "1"):
                return None
            continue
        words.append(token)
    while words and ("=" in words[0] or words[0] == "env"):
        words.pop(0)
    return (words, own_status) if words else None


def command_of(words):
    """The command that the words of a line run: "profile list"; None when kopi has none of that name."""
    if "--" in words:
        words = words[: words.index("--")]
    if "--help" in words or "-h" in words:
        return "help"
    rest = iter(words[1:])
    plain = []
    for word in rest:
        if word in ("-p", "--profile"):
            next(rest, None)
        elif not word.startswith("-"):
            plain.append(word)
    if not plain:
        return "version" if "--version" in words or "-V" in words else "help"
    plain[:1] = SHORT_FORMS.get(plain[0], plain[0]).split()
    known = command_schemas()
    return next((path for path in (" ".join(plain[:2]), plain[0]) if path in known), None)


def check(text, output, status=None, merged=False):
    """What is wrong with the output of a command line, or None.

    status: the line's exit status, when it is known; merged: stderr is in the output too.
    """
    if "--json" not in text:
        return None
    parsed = words_of_kopi(text)
    if parsed is None or "--json" not in parsed[0]:
        return None
    words, own_status = parsed
    command = command_of(words)
    lines = output.decode("utf-8", "replace").splitlines()
    if merged:
        lines = [line for line in lines if line.startswith("{")]
    if words[0] != "kopi" and not (lines and lines[0].startswith("{") and command):
        return None  # another program's --json
    try:
        records = [json.loads(line) for line in lines]
    except ValueError as problem:
        return f"not JSON ({problem}): {output[:200]!r}"
    if status is not None and own_status and records and records[-1].get("exit") != status:
        return f"the record says exit {records[-1].get('exit')}, the process ended with {status}"
    if command == "chat" and not (len(records) == 1 and "type" not in records[0]):
        return check_events(records)
    if len(lines) != 1:
        return f"--json printed {len(lines)} lines"
    return check_record(command, records[0])


def check_record(command, record):
    """What is wrong with the one object that a command printed, or None."""
    problem = against("output/record.schema.json", record)
    if problem or record["data"] is None:
        return problem
    if command is None:
        return "a record with data, of a command that has no schema"
    return against(command_schemas()[command], record["data"])


def check_events(events):
    for event in events:
        problem = against("output/chat-event.schema.json", event)
        if problem:
            return problem
    return None if events and events[-1]["type"] == "done" else "the last line is no done event"
