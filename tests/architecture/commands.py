#!/usr/bin/env python3
"""A command is whole: one file, in the table, with a story that runs it, a schema for its record and a unique name."""

import re

from reading import cpp, tree

SPEC = re.compile(r"^const CommandSpec (\w+_command)\s*\{\s*\"([^\"]+)\"", re.M)
HIDDEN = re.compile(r",\s*true\s*\}\s*;")
# Files beside the commands that hold what several of them share.
DEEPER = ("list", "show", "info", "create", "use", "alias", "rename", "delete", "describe", "install", "update")
SHARED = {"config_file", "env_file"}


def check(files):
    table = files["src/cli/commands.cpp"]
    listed = set(re.findall(r"&(\w+_command)\b", cpp.without_comments(table)))
    short = {word: path for word, path in re.findall(r'\{"([^"]+)", "([^"]+)"\}', table.partition("k_short_forms[]")[2].partition(";")[0])}
    stories = [text for path, text in files.items() if path.startswith("tests/functional/") and path.endswith(".txt")]
    known = {}
    for path, text in files.items():
        match = re.fullmatch(r"src/cli/commands/(\w+)\.cpp", path)
        if not match or match.group(1) in SHARED:
            continue
        specs = list(SPEC.finditer(text))
        if len(specs) != 1:
            yield f"{path}:1: defines {len(specs)} commands; a command has a file of its own"
        for spec in specs:
            variable, command = spec.groups()
            line = tree.line_of(text, spec.start())
            if command in known:
                yield f"{path}:{line}: kopi {command} is in {known[command]} already"
            known[command] = path
            if variable not in listed:
                yield f"{path}:{line}: kopi {command} ({variable}) is not in the table of src/cli/commands.cpp"
            if HIDDEN.search(text, spec.start()):
                continue
            names = [command, *(word for word, target in short.items() if target == command)]
            if not any(runs(story, name) for story in stories for name in names):
                yield f"{path}:{line}: no story in tests/functional runs kopi {command}"
            schema = "chat-event" if command == "chat" else command.replace(" ", "-")
            if f"schemas/output/{schema}.schema.json" not in files:
                yield f"{path}:{line}: there is no schemas/output/{schema}.schema.json"


def runs(story, command):
    """A story's command line calls it: kopi, or an agent's own command, with options of kopi's between."""
    words = r"\s+".join(map(re.escape, command.split()))
    position = r"^\$ (?:.*[;|&(]\s*)?(?:\w+=\S*\s+)*"  # where a shell takes a word for a program
    program = rf"(?:{position}[a-z][\w-]*|^\$ (?:.*\s)?kopi)"
    options = r"(?:\s+-p\s+\S+|\s+-\S+)*"
    deeper = rf"(?!\s+(?:{'|'.join(DEEPER)})\b)" if " " not in command else ""
    return re.search(rf"{program}{options}\s+{words}(?![\w-]){deeper}", story, re.M) is not None


GOOD = {
    "src/cli/commands.cpp": 'constexpr const CommandSpec* k_commands[] = {&a_list_command};\nconstexpr ShortForm k_short_forms[] = {{"l", "a list"}};\n',
    "src/cli/commands/a_list.cpp": 'const CommandSpec a_list_command{\n    "a list", "List", "All.", {}, {}, examples, Needs::home, run};\n',
    "tests/functional/a_list.txt": "# lists\n$ FOO=1 kopi -p x a list --json\n",
    "schemas/output/a-list.schema.json": "{}",
}


def without(path, **changes):
    return {key: text for key, text in {**GOOD, **changes}.items() if key != path}


tree.run(
    check,
    {path: text for path, text in tree.read("src/cli", "tests/functional", "schemas").items()},
    breaches=[
        ({**GOOD, "src/cli/commands.cpp": "k_commands[] = {};"}, "not in the table"),
        ({**GOOD, "src/cli/commands.cpp": "k_commands[] = {\n// &a_list_command\n};"}, "not in the table"),
        (without("tests/functional/a_list.txt"), "no story"),
        ({**GOOD, "tests/functional/a_list.txt": "# kopi a list\n$ kopi a lister\n! kopi a list\n$ kopi help a list\n"}, "no story"),
        (without("schemas/output/a-list.schema.json"), "no schemas/output/a-list"),
        ({**GOOD, "src/cli/commands/b.cpp": ""}, "defines 0 commands"),
        ({**GOOD, "src/cli/commands/b.cpp": GOOD["src/cli/commands/a_list.cpp"]}, "already"),
    ],
    fine=[
        GOOD,
        {**GOOD, "tests/functional/a_list.txt": "$ echo x | coder l\n"},
        without("tests/functional/a_list.txt", **{"src/cli/commands/a_list.cpp": 'const CommandSpec a_list_command{"a list", "", "", a, o, {}, Needs::nothing, run, true};\n'}),
    ],
)
