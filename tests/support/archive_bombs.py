#!/usr/bin/env python3
"""Archives that are small and want to become large: archive_bombs.py KOPI [SECONDS [MIB]]

Each is imported with KOPI; it has to be refused with E_LIMIT within SECONDS (5) of wall clock and MIB (64) of memory, and leaves
nothing. Prints what was measured.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from hostile_archive import END, START, directory, header, member, packed, pax

GIB = 1 << 30


def zeros(path, size):
    """A file of `size` zeros, as one honest gzip member: a block of zeros is compressed once and stands there often."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = START + b"".join(header("bot/zeros", size_field=b"%011o" % part) if index == 0 else b"" for index, part in enumerate([min(size, (8 << 30) - 512)]))
    out = deflate.compress(start) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum, total = zlib.crc32(start), len(start)
    with path.open("wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + out)
        block = b"\0" * (1 << 20)
        again = zlib.compressobj(9, zlib.DEFLATED, -15)
        compressed = again.compress(block) + again.flush(zlib.Z_FULL_FLUSH)
        for _ in range(size >> 20):
            file.write(compressed)
            checksum, total = zlib.crc32(block, checksum), total + len(block)
        last = zlib.compressobj(9, zlib.DEFLATED, -15)
        file.write(last.compress(END) + last.flush())
        checksum, total = zlib.crc32(END, checksum), total + len(END)
        file.write(checksum.to_bytes(4, "little") + (total & 0xFFFFFFFF).to_bytes(4, "little"))


def streamed(path, members):
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as file:
        file.write(START)
        for piece in members:
            file.write(piece)
        file.write(END)


def nested(levels):
    inner = packed(member("bot/x"))
    for _ in range(levels):
        inner = gzip.compress(inner, mtime=0)
    return inner


BOMBS = {
    "10 GB of zeros": lambda path: zeros(path, 10 * GIB),
    "200,000 files": lambda path: streamed(path, (member(f"bot/knowledge/{n}.md") for n in range(200_000))),
    "200,000 directories": lambda path: streamed(path, (directory(f"bot/knowledge/{n}/") for n in range(200_000))),
    "200,000 executables": lambda path: streamed(path, (member(f"bot/skills/s/{n}.sh", mode=b"0000755") for n in range(200_000))),
    "200,000 long names": lambda path: streamed(path, (pax(("path", "bot/" + "n" * 200 + "/" + "m" * 200 + f"/{n}")) + member("x") for n in range(200_000))),
    "200,000 jobs": lambda path: streamed(path, (member(f"bot/cron/{n}.json", b'{"id": "a", "schedule": "* * * * *", "prompt": "x"}') for n in range(200_000))),
    "5,000 directories deep": lambda path: streamed(path, (directory("bot/" + "d/" * depth) if depth < 40 else pax(("path", "bot/" + "d/" * depth)) + directory("bot/d/")
                                                           for depth in range(1, 5000))),
    "one path 5,000 deep": lambda path: streamed(path, [pax(("path", "bot/" + "d/" * 2000 + "x")), member("bot/x")]),
}


def measure(kopi, archive, home):
    """(record, seconds of processor time, MiB): what else the machine does is no fault of kopi's"""
    command = [str(kopi), "profile", "import", str(archive), "--yes", "--json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak, output = 0, b""
    # What the kernel says at the end would count this program's own memory, from before the new one began.
    while True:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        found = re.search(r"^VmHWM:\s*(\d+)", status, re.M)
        command_line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        if not found:
            break  # it has ended
        if command_line.startswith(str(kopi).encode()):
            peak = max(peak, int(found.group(1)))
        time.sleep(0.002)
    output = process.stdout.read()
    _, process.returncode, used = os.wait4(process.pid, 0)
    return json.loads(output), used.ru_utime + used.ru_stime, peak / 1024


def main():
    kopi = Path(sys.argv[1]).resolve()
    seconds_allowed, mib_allowed = float((sys.argv[2:3] or [5])[0]), float((sys.argv[3:4] or [64])[0])
    if b"__asan_init" in kopi.read_bytes() or b"__tsan_init" in kopi.read_bytes():  # which cost many times both
        seconds_allowed, mib_allowed = seconds_allowed * 20, mib_allowed * 30
    faults = 0
    with tempfile.TemporaryDirectory(prefix="kopi-bombs-") as work:
        for name, make in BOMBS.items():
            archive, home = Path(work) / "bomb.tar.gz", Path(work) / "home"
            home.mkdir()
            make(archive)
            size = archive.stat().st_size
            record, seconds, mib = measure(kopi, archive, home)
            left = [path for path in home.rglob("*") if path.is_file() and "/locks/" not in str(path)]
            good = record["code"] == "E_LIMIT" and seconds <= seconds_allowed and mib <= mib_allowed and not left
            faults += not good
            print(f"{'ok' if good else 'FAULT'}: {name}: {size / 1024:.0f} KiB: {record['code']} in {seconds:.2f} s, {mib:.1f} MiB: {record.get('message')}")
            archive.unlink()
            subprocess.run(["rm", "-rf", str(home)], check=True)
    print(f"{len(BOMBS) - faults} of {len(BOMBS)} refused in time and in little memory")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
