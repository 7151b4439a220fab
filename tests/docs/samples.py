#!/usr/bin/env python3
"""tests/golden/records holds a sample of every record, as the program prints it today; docs/reference/records.md shows them.

  samples.py KOPI_DOCS TREE KOPI        KOPI_TEST_ACCEPT=1 writes the samples anew; then run scripts/docs.
"""

import difflib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

TREE = Path(sys.argv[2])
sys.path.insert(0, str(TREE / "tests" / "support"))
import records  # noqa: E402
import story  # noqa: E402

SAMPLES = TREE / "tests" / "golden" / "records"
# What differs from machine to machine or from run to run, and what stands for it in a sample.
NAMES = (
    (re.compile(r"\$(ROOT|WORK|HOME)\b"), lambda m: {"ROOT": "/home/ada/kopi", "WORK": "/home/ada/work", "HOME": "/home/ada"}[m[1]]),
    (re.compile(r"\$GIT\b"), lambda m: "https://git.example"),
    (re.compile(r"(?<=\d{8}-\d{6}-)[0-9a-f]{6}"), lambda m: "1a2b3c"),
    (re.compile(r'(?<="commit": ")([0-9a-f]{12}|unknown)(?=")'), lambda m: "0123456789ab"),
    # An archive holds the address that it came from, with this run's port; and how far it shrinks is zlib's affair.
    (re.compile(r'"digest": "sha256:[0-9a-f]{64}"(, "tree": "[^"]*")?, "bytes": \d+'), lambda m: f'"digest": "sha256:{"0123456789abcdef" * 4}"{m[1] or ""}, "bytes": 1420'),
    (re.compile(r'(?<="how": ")[^"]*'), lambda m: "sudo apt-get install --only-upgrade kopi"),
)


class Samples(story.Story):
    """The story's lines with --json, as {file name: text}."""

    def collect(self):
        samples = {}
        for step in self.steps:
            words = shlex.split(step.text)
            if step.kind == "%":
                getattr(self, "directive_" + words[0].replace("-", "_"))(*words[1:])
                continue
            done = subprocess.run(["bash", "-c", step.text], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if "--json" not in words:
                assert done.returncode == 0, (step.text, done.stderr)
                continue
            problem = records.check(step.text, done.stdout, done.returncode)
            assert problem is None, f"{step.text}\n{problem}"
            command = records.command_of(records.words_of_kopi(step.text)[0])
            assert command == "chat" or json.loads(done.stdout)["data"] is not None, f"{step.text}\n{done.stdout}"
            text = "\n".join(self.readable(done.stdout)) + "\n"
            for pattern, name in NAMES:
                text = pattern.sub(name, text)
            if command == "chat":
                samples["chat-event.jsonl"] = text
            else:
                text = re.sub(r'"cache_bytes": \d+', '"cache_bytes": 4096', text)  # of an index whose size depends on the day
                samples[command.replace(" ", "-") + ".json"] = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
        return samples


def main():
    samples_story = Samples(TREE / "tests" / "docs" / "samples.txt", sys.argv[3])
    try:
        made = samples_story.collect()
    finally:
        samples_story.close()
    wanted = {Path(f).name.removesuffix(".schema.json") + (".jsonl" if "chat" in f else ".json") for f in records.command_schemas().values()}
    assert set(made) == wanted, f"samples without a schema, or schemas without a sample: {sorted(set(made) ^ wanted)}"
    if os.environ.get("KOPI_TEST_ACCEPT") == "1":
        SAMPLES.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (SAMPLES / name).write_text(text, encoding="utf-8")
    kept = {f.name: f.read_text(encoding="utf-8") for f in SAMPLES.iterdir()}
    stale = []
    for name in sorted(made.keys() | kept.keys()):
        stale += difflib.unified_diff(kept.get(name, "").splitlines(), made.get(name, "").splitlines(), name, "printed today", lineterm="")
    if stale:
        print("\n".join(stale[:60]))
        sys.exit("tests/golden/records is stale: KOPI_TEST_ACCEPT=1 ctest -R docs/samples, then scripts/docs")


main()
