"""The files of the tree as {path: text}, and the frame that every rule runs in."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SKIPPED = {".git", ".deps", "build", "__pycache__", "node_modules", ".venv"}


def read(*folders, suffixes=None):
    """Text files below the folders (of the whole tree without any), paths relative to the root."""
    files = {}
    for start in folders or (".",):
        for directory, names, entries in os.walk(ROOT / start):
            names[:] = sorted(name for name in names if name not in SKIPPED)
            for entry in sorted(entries):
                path = Path(directory) / entry
                relative = str(path.relative_to(ROOT))
                if path.is_symlink() or (suffixes and path.suffix not in suffixes):
                    continue
                try:
                    files[relative] = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    pass  # no text: an image, a fuzzing seed
    return files


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(check, files, breaches, fine=()):
    """Runs a rule.

    check: files -> lines "path:line: what is wrong"
    breaches: (files, words) pairs that break the rule: the check must complain about each, with those words
    fine: files that look like it and do not break it
    """
    for broken, words in breaches:
        found = list(check({**broken}))
        assert any(words in line for line in found), f"the rule does not see {words!r} in {broken}, only {found}"
    for harmless in fine:
        found = list(check({**harmless}))
        assert not found, f"the rule complains about {harmless}: {found}"
    complaints = sorted(check(files))
    if complaints:
        print("\n".join(complaints))
        sys.exit(1)
