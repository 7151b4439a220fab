#!/usr/bin/env python3
"""json_at.py PATH...: of the JSON object on stdin, what stands at each path (`data.plan.added.0.path`), one a line.

Texts are printed bare, `*` means every item of a list, `[name,code]` these members of an object; anything else is printed as JSON.
"""

import json
import sys


def find(value, steps):
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step == "*":
        return [find(item, rest) for item in value]
    if step.startswith("["):
        return {key: value[key] for key in step[1:-1].split(",")}
    return find(value[int(step)] if isinstance(value, list) else value[step], rest)


def main():
    document = json.load(sys.stdin)
    for path in sys.argv[1:]:
        found = find(document, path.split("."))
        print(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
