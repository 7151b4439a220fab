#!/usr/bin/env python3
"""Holds kopi's YAML reader against yaml-test-suite (github.com/yaml/yaml-test-suite), which is not part of this project.

usage: yaml_suite.py build/PRESET/kopi_read_document yaml-test-suite/src      needs PyYAML, to read the suite's own files

A document marked `fail: true` must be refused. Any other must be read as the suite says (its events, and its JSON where it has
some), or be refused by one of the rules below, which docs/formats/yaml.md explains.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import yaml

from reader import Reader, same

# docs/formats/yaml.md, "What is refused": a rule and the words of its message
RULES = {
    "one document": "a second document in one file",
    "simple keys": "a key must be a simple value",
    "tags": "the tag '",
    "two readers": "two YAML readers read this differently",
    "directives": "the directive must be",
    "unique keys": "duplicate key",
}


def cases(folder):
    for path in sorted(Path(folder).glob("*.yaml")):
        entries = yaml.safe_load(path.read_text())
        for number, entry in enumerate(entries):
            if "tree" not in entry and number > 0:  # what is not said again is as in the case before
                entry = {**{key: entries[number - 1].get(key) for key in ("tree", "json")}, **entry}
                entries[number] = entry
            if not entry.get("skip"):
                yield (path.stem if len(entries) == 1 else f"{path.stem}/{number}"), entry


def unpacked(text):
    """The suite's visible stand-ins for invisible characters."""
    text = text.replace("␣", " ").replace("⇔", "\ufeff").replace("↵", "").replace("←", "\r")
    text = re.sub("—*»", "\t", text)
    return re.sub("∎\n$", "", text)


def resolved(text):
    """A plain scalar by YAML 1.2's core schema; kopi leaves infinity and not-a-number as text."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+", text):
        return int(text[2:], 8)
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text[2:], 16)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


class Events:
    """The suite's event tree as data. `documents` has one value each; NotJson for what JSON cannot hold."""

    def __init__(self, tree):
        self.lines = [line.lstrip(" ") for line in tree.split("\n") if line.strip(" ")]
        self.at = 0
        self.anchors = {}

    def documents(self):
        result = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith("+DOC"):
                self.at += 1
                self.anchors = {}
                result.append(self.value()[0])
            self.at += 1
        return result

    def value(self):
        line = self.lines[self.at]
        self.at += 1
        if line.startswith("=ALI"):
            return self.anchors[line[6:]], "alias"
        kind, rest = line[:4], line[4:].lstrip()
        if rest[:2] in ("[]", "{}"):
            rest = rest[2:].lstrip()
        anchor = re.match(r"&(\S+) ?", rest)
        if anchor:
            rest = rest[anchor.end() :]
        tag = re.match(r"<([^>]*)> ?", rest)
        if tag:
            rest = rest[tag.end() :]
        if kind == "+SEQ":
            result = []
            while self.lines[self.at] != "-SEQ":
                result.append(self.value()[0])
            self.at += 1
        elif kind == "+MAP":
            result = {}
            while self.lines[self.at] != "-MAP":
                key, spelling = self.value()
                if not isinstance(spelling, str) or spelling == "alias":
                    key = json.dumps(key)
                else:
                    key = spelling[1:]
                result[key] = self.value()[0]
            self.at += 1
        else:
            text = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "b": "\b", "r": "\r", "\\": "\\"}[m[1]], rest[1:])
            tag = tag.group(1) if tag else ""
            plain = (rest[0] == ":" and not tag) or tag.rsplit(":", 1)[-1] in ("int", "float", "bool", "null")
            result = resolved(text) if plain else text
            rest = rest[0] + text
        if anchor:
            self.anchors[anchor.group(1)] = result
        return result, rest if kind == "=VAL" else None


def json_documents(text):
    decoder, at, result = json.JSONDecoder(), 0, []
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        result.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return result


def main():
    program, folder = sys.argv[1:]
    reader = Reader(program, "yaml")
    refused_by, wrong = defaultdict(list), []
    must_reject = must_load = read = 0
    for name, case in cases(folder):
        answer = reader.read(unpacked(case["yaml"]).encode())
        if case.get("fail"):
            must_reject += 1
            if "value" in answer:
                wrong.append((name, "must be refused", answer["value"]))
            continue
        must_load += 1
        if "value" not in answer:
            rule = next((rule for rule, words in RULES.items() if words in answer["message"]), None)
            refused_by[rule].append(name)
            if rule is None:
                wrong.append((name, "refused by no rule", answer["message"]))
            continue
        events = Events(unpacked(case["tree"])).documents()
        expected = [events] + ([json_documents(case["json"])] if case.get("json") is not None else [])
        good = all(len(documents) <= 1 and same(answer["value"], documents[0] if documents else None) for documents in expected)
        read += good
        if not good:
            wrong.append((name, "read otherwise", f"{answer['value']!r} for {expected!r}"))
    print(f"must be refused: {must_reject}   must load: {must_load}   read right: {read}   wrong: {len(wrong)}")
    for rule, names in refused_by.items():
        print(f"refused by the rule '{rule}': {len(names)}: {' '.join(names)}")
    for name, what, detail in wrong:
        print(f"WRONG {name}: {what}: {detail}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
