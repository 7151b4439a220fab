#!/usr/bin/env python3
"""Merges of prose held against `git merge-file`: prose.py DRIVER [COUNT] [SEED].

Every triple is merged three times: as it is, and with either side favoured. Clean or not must agree, and the text where git has one;
where git finds a conflict, ours must stay byte for byte. Prints totals; a difference prints its triple and seed, and the run exits 1.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

WORDS = "You are a careful reviewer of code who never guesses and says why . Be brief ; ask first".split()


class Driver:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def merge(self, path, favor, base, ours, theirs):
        self.process.stdin.write(b"%s %s %d %d %d\n" % (path.encode(), favor.encode(), len(base), len(ours), len(theirs)) + base + ours + theirs)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the driver died on {base!r} {ours!r} {theirs!r}")
        return json.loads(line)


def line_of(rng):
    kind = rng.randrange(12)
    if kind == 0:
        return ""
    if kind == 1:
        return rng.choice(["# Who you are", "## Rules", "---", "- one", "- two", "```", "}", "<<<<<<< yours", "=======", ">>>>>>> theirs", "||||||| base"])
    if kind == 2:
        return rng.choice(["grüße", "日本語の行", "emoji 🙂 here", "\ttab", "trailing  "])
    return " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 9)))


def text_of(rng):
    return [line_of(rng) for _ in range(rng.choice([0, 1, 3, 8, 20, 20, 60]))]


def edited(rng, lines, shared):
    lines = list(lines)
    for _ in range(rng.choice([0, 1, 1, 2, 3, 6])):
        rule = random.Random(rng.choice(shared)) if rng.random() < 0.3 else rng
        at = rule.randrange(len(lines) + 1)
        kind = rule.randrange(5)
        if kind == 0:
            lines[at:at] = [line_of(rule) for _ in range(rule.randrange(1, 4))]
        elif kind == 1:
            del lines[at : at + rule.randrange(1, 4)]
        elif kind == 2 and lines:
            lines[at % len(lines)] = line_of(rule)
        elif kind == 3 and lines:
            moved = lines[at : at + 3]
            del lines[at : at + 3]
            to = rule.randrange(len(lines) + 1)
            lines[to:to] = moved
        elif lines:
            lines[at % len(lines)] += " and more"
    return lines


def joined(rng, lines, end):
    if rng.random() < 0.03:  # an editor that changed every line end
        end = "\n" if end == "\r\n" else "\r\n"
    text = end.join(lines) + (end if lines and rng.random() < 0.93 else "")
    return text.encode()


def triple(seed):
    rng = random.Random(seed)
    end = "\r\n" if rng.random() < 0.15 else "\n"
    mark = b"\xef\xbb\xbf" if rng.random() < 0.05 else b""
    base = text_of(rng)
    shared = [rng.random() for _ in range(2)]
    return [mark + joined(rng, lines, end) for lines in (base, edited(rng, base, shared), edited(rng, base, shared))]


def git(directory, favor, texts):
    paths = [os.path.join(directory, name) for name in ("ours", "base", "theirs")]
    for path, text in zip(paths, (texts[1], texts[0], texts[2])):
        with open(path, "wb") as file:
            file.write(text)
    options = [] if favor == "none" else ["--" + favor]
    done = subprocess.run(["git", "merge-file", "-p", "-q", *options, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode < 0 or done.returncode >= 128:
        raise SystemExit(f"git merge-file failed: {done.stderr.decode()}")
    return done.returncode == 0, done.stdout


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    driver = Driver(program)
    totals = {"triples": 0, "clean": 0, "conflicts": 0, "differences": 0}
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(first, first + count):
            texts = triple(seed)
            totals["triples"] += 1
            for favor in ("none", "ours", "theirs"):
                clean, expected = git(directory, favor, texts)
                merged = driver.merge("SOUL.md", favor, *texts)
                if favor == "none":
                    totals["clean" if clean else "conflicts"] += 1
                wanted = expected if clean else texts[1]
                if merged["clean"] != clean or merged["text"].encode() != wanted or (not clean and merged["keys"]):
                    totals["differences"] += 1
                    print(f"seed {seed}, favor {favor}: git says {'clean' if clean else 'conflict'}, kopi {merged['reason']}")
                    for name, text in zip(("base", "ours", "theirs", "git", "kopi"), (*texts, expected, merged["text"].encode())):
                        print(f"  {name:7}{text!r}")
    print("prose: seeds {}-{}: {}".format(first, first + count - 1, ", ".join(f"{value} {name}" for name, value in totals.items())))
    sys.exit(1 if totals["differences"] or not totals["clean"] or not totals["conflicts"] else 0)


main()
