#!/usr/bin/env python3
"""docs/reference is what kopi-docs makes of the tree: nobody edited a page, and nobody forgot scripts/docs."""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

PAGES = {"commands.md", "config.md", "exit-codes.md", "records.md", "validate.md"}


def differences(made, kept):
    for name in sorted({f.name for f in made.iterdir()} | {f.name for f in kept.glob("*.md")}):
        texts = [(d / name).read_text(encoding="utf-8").splitlines() if (d / name).exists() else [] for d in (kept, made)]
        yield from difflib.unified_diff(*texts, f"docs/reference/{name}", "made from the tree", lineterm="")


def main():
    program, tree, _ = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "reference"
        made.mkdir()
        subprocess.run([program, "reference", str(made), str(tree)], check=True)
        assert {f.name for f in made.iterdir()} == PAGES, "kopi-docs makes other pages than this test knows"
        stale = list(differences(made, tree / "docs" / "reference"))
        # The comparison itself must see one changed word and one missing page.
        (made / "commands.md").write_text((made / "commands.md").read_text(encoding="utf-8").replace("Every", "No", 1))
        (made / "config.md").unlink()
        assert len(list(differences(made, tree / "docs" / "reference"))) > len(stale) + 10, "the comparison sees nothing"
    if stale:
        print("\n".join(stale[:60]))
        sys.exit("docs/reference is stale: run scripts/docs")


main()
