#!/usr/bin/env python3
"""Holds kopi's JSON reader against JSONTestSuite (github.com/nst/JSONTestSuite), which is not part of this project.

usage: json_suite.py build/PRESET/kopi_read_document JSONTestSuite/test_parsing

Files y_* must be read, and as Python's json module reads them (but a key that comes twice is refused: docs/formats/json.md); files n_* must be refused; i_* may be either, and are listed.
"""

import json
import sys
from pathlib import Path

from reader import Reader, same


def main():
    program, folder = sys.argv[1:]
    reader = Reader(program, "json")
    counts, wrong, either, duplicates = {"y": 0, "n": 0, "i": 0}, [], [], 0
    for path in sorted(Path(folder).glob("*.json")):
        kind = path.name[0]
        data = path.read_bytes()
        answer = reader.read(data)
        counts[kind] += 1
        if kind == "y" and "duplicate key" in answer.get("message", ""):
            duplicates += 1
        elif kind == "y" and not ("value" in answer and same(answer["value"], json.loads(data))):
            wrong.append((path.name, answer))
        if kind == "n" and "value" in answer:
            wrong.append((path.name, answer))
        if kind == "i":
            either.append((path.name, str(answer.get("code", "read: " + repr(answer.get("value"))[:60])), answer.get("message", "")))
    print(f"must be read: {counts['y']}   must be refused: {counts['n']}   either: {counts['i']}   wrong: {len(wrong)}")
    print(f"refused by the rule 'unique keys': {duplicates}")
    for name, code, message in either:
        print(f"  {name:55} {code}  {message[:90]}")
    for name, answer in wrong:
        print(f"WRONG {name}: {str(answer)[:200]}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
