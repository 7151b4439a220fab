#!/usr/bin/env python3
"""Every command explains itself: summary, details, arguments, options and two examples that work by its own definition.

  commands.py KOPI_DOCS TREE KOPI
"""

import json
import re
import subprocess
import sys


def complaints_about(table):
    for command in table["commands"]:
        if command["hidden"]:
            continue
        for complaint in (*about_texts(command), *about_examples(command, table)):
            yield f"kopi {command['path']}: {complaint}"


def about_texts(command):
    if not re.fullmatch(r"[A-Z][^\n]{5,58}[^\n.]", command["summary"]):
        yield f"the summary is one short line that begins with a verb and has no full stop: {command['summary']!r}"
    if len(command["details"]) < 60 or not command["details"].endswith("."):
        yield "the details are whole sentences that say more than the summary"
    if command["details"].count("`") % 2:
        yield "the details open a backtick and do not close it"
    for argument in command["arguments"]:
        if not re.fullmatch(r"[A-Z_]+", argument["name"]) or not argument["help"]:
            yield f"argument {argument['name']!r} wants a name in capitals and a help text"
    for option in command["options"]:
        if not option["names"][0].startswith("--") or not all(re.fullmatch(r"--[a-z][a-z-]+|-[a-zA-Z]", name) for name in option["names"]):
            yield f"an option's long name comes first: {option['names']}"
        if not option["help"] or option["help"].endswith(".") or option["help"][0].isupper():
            yield f"the help of {option['names'][0]} is a phrase in lower case without a full stop: {option['help']!r}"


def about_examples(command, table):
    if len(command["examples"]) < 2:
        yield f"has {len(command['examples'])} examples, not two"
    for example in command["examples"]:
        if not example["says"] or example["says"].endswith("."):
            yield f"the example {example['command']!r} does not say, in a phrase, what it shows"
        called = called_command(example["command"], table)
        if called is None:
            yield f"the example {example['command']!r} calls no command of kopi"
            continue
        known = {name for option in (*called["options"], *table["common_options"]) for name in option["names"]} | {"--help", "-h"}
        for word in re.findall(r"(?<=\s)(--?[a-zA-Z][a-z-]*)", example["command"].split(called["path"].split()[-1], 1)[1].split("|")[0]):
            if word not in known:
                yield f"the example {example['command']!r} uses {word}, which kopi {called['path']} does not have"


def called_command(text, table):
    """The last command that an example calls, directly or through an agent's own command: the longest that the table knows."""
    words = [word.strip("\"'$();") for word in text.split()]
    short = {form["word"]: form["path"] for form in table["short_forms"]}
    found = None
    for at, word in enumerate(words):
        rest = words[at + 1:]
        if rest[:1] == ["-p"]:
            rest = rest[2:]
        if word.startswith("-") or not rest:
            continue
        for command in table["commands"]:
            path = command["path"].split()
            if rest[: len(path)] == path or short.get(rest[0]) == command["path"]:
                if found is None or len(path) > len(found["path"].split()):
                    found = command
    return found


def self_test(table):
    """Each rule must see what breaks it."""
    broken = {
        "summary": ("summary", "lists profiles."), "whole sentences": ("details", "Short."), "backtick": ("details", "x" * 70 + " `kopi chat."),
        "argument": ("arguments", [{"name": "name", "help": ""}]), "long name": ("options", [{"names": ["-x"], "value": "", "help": "x"}]),
        "lower case": ("options", [{"names": ["--xx"], "value": "", "help": "Does."}]), "not two": ("examples", []),
        "does not say": ("examples", [{"command": "kopi profile list", "says": ""}] * 2),
        "calls no command": ("examples", [{"command": "ls", "says": "x"}] * 2),
        "does not have": ("examples", [{"command": "kopi profile list --bogus", "says": "x"}] * 2),
    }
    original = next(command for command in table["commands"] if command["path"] == "profile list")
    for expected, (field, value) in broken.items():
        found = list(complaints_about({**table, "commands": [{**original, field: value}]}))
        assert any(expected in complaint for complaint in found), f"nobody complains about {field} = {value}"


def too_wide(text):
    return [line for line in text.splitlines() if len(line) > 80]


def about_help(program, table):
    """Help fits a terminal of 80 columns, names every option, and leaves no command's example out."""
    for command in [{"path": "", "options": [], "examples": []}, *table["commands"]]:
        if command.get("hidden"):
            continue
        shown = subprocess.run([program, *command["path"].split(), "--help"], check=True, capture_output=True, text=True).stdout
        yield from (f"kopi {command['path']} --help: wider than 80 columns: {line}" for line in too_wide(shown))
        for words in (*(name for option in command["options"] for name in option["names"]), *(example["command"] for example in command["examples"])):
            if words not in shown:
                yield f"kopi {command['path']} --help does not show {words!r}"


def main():
    table = json.loads(subprocess.run([sys.argv[1], "table"], check=True, capture_output=True).stdout)
    self_test(table)
    assert too_wide("x" * 81) and not too_wide("x" * 80), "nobody complains about a line of 81 columns"
    complaints = [*complaints_about(table), *about_help(sys.argv[3], table)]
    shown = json.loads(subprocess.run([sys.argv[3], "help", "--json"], check=True, capture_output=True).stdout)
    listed = {command["command"] for command in shown["data"]["commands"]}
    complaints += [f"kopi help does not list {c['path']}" for c in table["commands"] if not c["hidden"] and c["path"] not in listed]
    if complaints:
        sys.exit("\n".join(complaints))


main()
