#!/usr/bin/env python3
"""The man pages: one for every command, without a warning of groff's, and the completion scripts: accepted by their shells.

  manual.py KOPI_DOCS TREE KOPI
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def warnings_of(page):
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-rLL=78n", str(page)], capture_output=True, check=False)
    return done.stderr.decode().splitlines(), done.stdout.decode("utf-8", "replace")


def plain(rendered):
    """Without overstriking, escape sequences and line breaks."""
    text, skipping = "", False
    for c in rendered:
        if c == "\x1b":
            skipping = True
        elif skipping:
            skipping = not c.isalpha()
        elif c == "\b":
            text = text[:-1]
        else:
            text += c
    return " ".join(text.replace("\u2212", "-").split())


def check_page(page, command):
    """What is wrong with a command's page."""
    warnings, rendered = warnings_of(page)
    text = plain(rendered)
    yield from (f"{page.name}: {line}" for line in warnings)
    if not page.read_bytes().isascii():
        yield f"{page.name}: holds more than ASCII, which groff reads by the locale"
    expected = [f"kopi {command['path']}", *(name for option in command["options"] for name in option["names"])]
    expected += [" ".join(example["command"].split()) for example in command["examples"]]
    yield from (f"{page.name}: {words!r} is not to be read in it" for words in expected if words not in text)


def check_completions(folder):
    shells = {"bash": folder / "bash/kopi", "zsh": folder / "zsh/_kopi", "fish": folder / "fish/kopi.fish"}
    for shell, script in shells.items():
        if shutil.which(shell) is None:
            continue
        done = subprocess.run([shell, "-n", str(script)], capture_output=True, check=False)
        if done.returncode or done.stderr:
            yield f"{script.name}: {shell} -n says {done.stderr.decode().strip()}"


def main():
    if shutil.which("groff") is None:
        print("skipped: groff is not installed")
        sys.exit(77)
    program = sys.argv[1]
    table = json.loads(subprocess.run([program, "table"], check=True, capture_output=True).stdout)
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch) / "man1"
        subprocess.run([program, "man", str(pages)], check=True)
        subprocess.run([program, "completions", scratch], check=True)
        problems = list(check_completions(Path(scratch)))
        for command in table["commands"]:
            page = pages / f"kopi-{command['path'].replace(' ', '-')}.1"
            if command["hidden"]:
                assert not page.exists(), f"{page.name} is about a hidden command"
            else:
                problems += check_page(page, command)
        for form in table["short_forms"]:
            target = f"kopi-{form['path'].replace(' ', '-')}.1"
            assert (pages / f"kopi-{form['word']}.1").read_text() == f".so man1/{target}\n"
        problems += warnings_of(pages / "kopi.1")[0]
        # A page with an unknown request, and a script with an open quote, must be seen.
        (pages / "bad.1").write_text(".TH X 1\n.SH NAME\nx \\- y\n.ZZ\n")
        (Path(scratch) / "bash/kopi").write_text("echo 'open\n")
        assert warnings_of(pages / "bad.1")[0] and list(check_completions(Path(scratch))), "the checks see nothing"
    if problems:
        sys.exit("\n".join(problems))


main()
