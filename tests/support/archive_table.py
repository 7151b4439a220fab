#!/usr/bin/env python3
"""Imports every archive of hostile_archive.py with KOPI and holds what comes of it against the table: archive_table.py KOPI

Refused ones: with their code, with nothing written but locks. Taken ones: the files that kopi names are those that GNU tar, bsdtar
and Python's tarfile list; and they are what lies in the profile. Prints a line for each fault; the last line counts.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import hostile_archive


def environment(home):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(*command, home, **options):
    return subprocess.run([str(word) for word in command], env=environment(home), stdin=subprocess.DEVNULL, capture_output=True, **options)


def listed(command, home):
    """The files that another program lists, directories left out, without the root."""
    output = run(*command, home=home, check=True).stdout.decode()
    return sorted(line.split("/", 1)[1] for line in output.splitlines() if "/" in line and not line.endswith("/"))


def listed_by_python(archive):
    with tarfile.open(archive) as tar:
        return sorted(info.name.split("/", 1)[1] for info in tar if info.isfile())


def written(home):
    """Everything below kopi's home that an import may not leave behind."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and "/locks/" not in str(path))


def about_refused(kopi, archive, code, home):
    before = written(home)
    done = run(kopi, "profile", "import", archive, "--yes", "--json", home=home)
    try:
        record = json.loads(done.stdout)
    except ValueError:
        yield f"no record: {done.stdout[:200]} {done.stderr[:200]}"
        return
    if record["code"] != code:
        yield f"{record['code']} instead of {code}: {record.get('message')}"
    if written(home) != before:
        yield f"left behind: {sorted(set(written(home)) - set(before))}"


def about_taken(kopi, archive, home):
    done = run(kopi, "profile", "import", archive, "--yes", "--json", home=home)
    record = json.loads(done.stdout)
    if not record["ok"]:
        yield f"refused: {record['code']} {record['message']}"
        return
    ours = sorted(file["path"] for file in record["data"]["files"])
    lists = {"GNU tar": listed(["tar", "--quoting-style=literal", "-tzf", archive], home), "bsdtar": listed(["bsdtar", "-tf", archive], home),
             "Python": listed_by_python(archive)}
    for program, theirs in lists.items():
        if theirs != ours:
            yield f"{program} lists other files: {sorted(set(theirs) ^ set(ours))}"
    profile = Path(record["data"]["path"])
    there = sorted(str(path.relative_to(profile)) for path in profile.rglob("*") if path.is_file())
    if there != ours:
        yield f"the profile holds other files: {sorted(set(there) ^ set(ours))}"
    modes = {oct(path.stat().st_mode & 0o7777) for path in profile.rglob("*") if path.is_file()}
    if not modes <= {"0o644", "0o755"}:
        yield f"modes are {sorted(modes)}"


def main():
    kopi = Path(sys.argv[1]).resolve()
    work = Path(tempfile.mkdtemp(prefix="kopi-archives-"))
    faults, refused, taken = 0, 0, 0
    try:
        for name, (code, make) in hostile_archive.KINDS.items():
            home = work / name
            home.mkdir()
            archive = work / f"{name}.tar.gz"
            archive.write_bytes(make())
            problems = list(about_taken(kopi, archive, home) if code == "ok" else about_refused(kopi, archive, code, home))
            refused, taken = refused + (code != "ok"), taken + (code == "ok")
            for problem in problems:
                print(f"{name}: {problem}")
            faults += len(problems)
            shutil.rmtree(home)
            archive.unlink()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{refused} hostile archives refused, each with its code; {taken} taken, listed alike by GNU tar, bsdtar and Python; {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
