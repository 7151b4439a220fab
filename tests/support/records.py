"""Holds what `kopi ... --json` prints against the published schemas, in every story that uses it."""

import json
import re
from functools import lru_cache
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
GROUPS = ("profile", "config", "env", "skills")
SHORT_FORMS = {"install": "profile install"}


@lru_cache(maxsize=None)
def validator(name):
    import jsonschema

    path = SCHEMAS / name
    if not path.exists():
        return None
    schema = json.loads(path.read_text())
    store = {f.name: json.loads(f.read_text()) for f in SCHEMAS.rglob("*.json")}
    resolver = jsonschema.RefResolver(base_uri="", referrer=schema, store=store)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def command_of(text):
    """The command that a line runs: "profile list" of `kopi -p x profile list --json`."""
    words = re.sub(r"(-p|--profile)[ =]\S+", "", text).split()
    while words and ("=" in words[0] or words[0] in ("env",)):
        words.pop(0)
    if not words or words[0] != "kopi":
        return None
    words = [w for w in words[1:] if not w.startswith("-")]
    if not words:
        return None
    first = SHORT_FORMS.get(words[0], words[0])
    if first in GROUPS and len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]):
        return f"{first} {words[1]}"
    return first


def check(text, output):
    """What is wrong with the output of a command line, or None."""
    if "--json" not in text or re.search(r"[|;<>&]", text):
        return None
    command = command_of(text)
    if command is None:
        return None
    lines = output.decode("utf-8", "replace").splitlines()
    if command == "chat":
        for line in lines:
            problem = against("output/chat-event.schema.json", line)
            if problem:
                return problem
        return None
    if len(lines) != 1:
        return f"--json printed {len(lines)} lines"
    problem = against("output/record.schema.json", lines[0])
    if problem:
        return problem
    record = json.loads(lines[0])
    if record["data"] is None:
        return None
    name = f"output/{command.replace(' ', '-')}.schema.json"
    if validator(name) is None:
        return f"there is no schemas/{name}"
    return against(name, json.dumps(record["data"]))


def against(name, text):
    try:
        value = json.loads(text)
    except ValueError as problem:
        return f"not JSON ({problem}): {text[:200]}"
    schema = validator(name)
    if schema is None:
        return f"there is no schemas/{name}"
    errors = sorted(schema.iter_errors(value), key=lambda e: list(e.path))
    if errors:
        return "\n".join(f"{name}: {'.'.join(map(str, e.path))}: {e.message[:300]}" for e in errors[:5])
    return None
