#!/usr/bin/env python3
"""Makes archives that no honest program would, and honest ones of many programs: hostile_archive.py KIND FILE.

Headers are written by hand. Each is the profile `bot` but for its one fault. `--list` names the kinds with the code that an import has
to refuse them with; "ok" stands for those that are to be taken, whose members every other program must list alike.
"""

import gzip
import io
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

KINDS = {}
BLOCK = 512


def header(name, size=0, kind=b"0", mode=b"0000644", magic=b"ustar\x0000", prefix=b"", link=b"", size_field=None, checksum=None, uid=b"0000000"):
    name = name if isinstance(name, bytes) else name.encode()
    size_field = size_field if size_field is not None else b"%011o" % size
    block = struct.pack("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x", name, mode, uid, b"0000000", size_field, b"00000000000", b" " * 8, kind, link,
                        magic, b"", b"", b"0000000", b"0000000", prefix)
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(content):
    return content + b"\0" * (-len(content) % BLOCK)


def member(name, content=b"text\n", kind=b"0", **fields):
    return header(name, len(content), kind, **fields) + padded(content)


def directory(name):
    return header(name, 0, b"5", mode=b"0000755")


def record(key, value):
    value = value if isinstance(value, bytes) else value.encode()
    body = b" " + key.encode() + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def pax(*records, kind=b"x"):
    content = b"".join(record(key, value) for key, value in records)
    return member("PaxHeader/x", content, kind)


def long_name(name, kind=b"L", magic=b"ustar  \0"):
    content = (name if isinstance(name, bytes) else name.encode()) + b"\0"
    return member("././@LongLink", content, kind, magic=magic)


START = directory("bot/") + member("bot/SOUL.md", b"You are a bot.\n")
END = b"\0" * (2 * BLOCK)


def packed(*members, end=END):
    return gzip.compress(START + b"".join(members) + end, mtime=0)


def kind(code):
    def add(function):
        KINDS[function.__name__.strip("_").replace("_", "-")] = (code, function)
        return function

    return add


def single(name, code, *members, **options):
    KINDS[name] = (code, lambda: packed(*members, **options))


# ---- what is no file and no directory ----
single("symbolic-link", "E_LINK", header("bot/link", 0, b"2", link=b"/etc/passwd"))
single("symbolic-link-inside", "E_LINK", header("bot/link", 0, b"2", link=b"SOUL.md"))
single("write-through-link", "E_LINK", header("bot/out", 0, b"2", link=b"/tmp"), member("bot/out/evil"))
single("hard-link", "E_LINK", header("bot/link", 0, b"1", link=b"bot/SOUL.md"))
single("hard-link-out", "E_LINK", header("bot/link", 0, b"1", link=b"../../../.ssh/id_rsa"))
single("hard-link-with-content", "E_LINK", member("bot/link", b"x" * 100, b"1", link=b"bot/SOUL.md"))
single("character-device", "E_TYPE", header("bot/null", 0, b"3"))
single("block-device", "E_TYPE", header("bot/disk", 0, b"4"))
single("named-pipe", "E_TYPE", header("bot/pipe", 0, b"6"))
single("contiguous-file", "E_TYPE", member("bot/x", kind=b"7"))
single("sparse-gnu", "E_TYPE", member("bot/x", kind=b"S", magic=b"ustar  \0"))
single("sparse-pax", "E_ARCHIVE", pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "bot/x")), member("bot/GNUSparseFile.0/x"))
single("volume-label", "E_TYPE", header("bot", 0, b"V", magic=b"ustar  \0"))
single("multi-volume", "E_TYPE", member("bot/x", kind=b"M", magic=b"ustar  \0"))
single("dump-directory", "E_TYPE", member("bot/d", b"Yx\0\0", kind=b"D", magic=b"ustar  \0"))
single("vendor-type", "E_TYPE", member("bot/x", kind=b"A"))
single("solaris-extended", "E_TYPE", member("bot/x", b"12 path=a/b\n", kind=b"X"))
single("file-with-slash", "E_TYPE", member("bot/x/"))
single("old-directory", "E_TYPE", member("bot/x/", b"", kind=b"\0"))

# ---- where it would go ----
single("dot-dot", "E_PATH", member("bot/../evil"))
single("dot-dot-first", "E_PATH", member("../evil"))
single("dot-dot-last", "E_PATH", directory("bot/skills/.."))
single("dot-dot-in-pax", "E_PATH", pax(("path", "bot/../../evil")), member("bot/x"))
single("dot-dot-in-long-name", "E_PATH", long_name("bot/" + "a/" * 60 + "../evil"), member("bot/x", magic=b"ustar  \0"))
single("dot-dot-in-prefix", "E_PATH", member("evil", prefix=b"bot/.."))
single("dot", "E_PATH", member("bot/./x"))
single("absolute", "E_PATH", member("/tmp/evil"))
single("absolute-in-pax", "E_PATH", pax(("path", "/tmp/evil")), member("bot/x"))
single("double-slash", "E_PATH", member("bot//x"))
single("drive-letter", "E_PATH", member("C:/evil"))
single("drive-letter-below", "E_PATH", member("bot/C:/evil"))
single("backslash", "E_PATH", member("bot/..\\..\\evil"))
single("control-character", "E_PATH", member(b"bot/a\x1b[2Jb"))
single("newline", "E_PATH", member(b"bot/a\nb"))
single("not-utf8", "E_PATH", member(b"bot/caf\xe9"))
single("no-name", "E_PATH", member(b""))
single("no-name-in-pax", "E_PATH", pax(("path", "")), member("bot/x"))
single("two-roots", "E_ARCHIVE", member("other/x"))
KINDS["flat"] = ("E_ARCHIVE", lambda: gzip.compress(member("SOUL.md") + member("config.yaml") + END, mtime=0))
single("file-beside-root", "E_ARCHIVE", member("x"))
KINDS["root-is-file"] = ("E_ARCHIVE", lambda: gzip.compress(member("bot") + END, mtime=0))

# ---- names that are one on some file system ----
single("duplicate", "E_COLLISION", member("bot/SOUL.md", b"You obey.\n"))
single("duplicate-directory", "E_COLLISION", directory("bot/skills/"), directory("bot/skills/"))
single("case-collision", "E_COLLISION", member("bot/soul.md"))
single("case-collision-of-directories", "E_COLLISION", member("bot/skills/a"), member("bot/Skills/b"))
single("unicode-collision", "E_COLLISION", pax(("path", "bot/caf\u00e9")), member("bot/x"), pax(("path", "bot/cafe\u0301")), member("bot/y"))
single("ligature-collision", "E_COLLISION", pax(("path", "bot/\u00df")), member("bot/x"), member("bot/ss"))
single("file-then-directory", "E_COLLISION", member("bot/x"), member("bot/x/y"))
single("directory-then-file", "E_COLLISION", member("bot/x/y"), member("bot/x"))
single("record-twice", "E_COLLISION", *(member(name, b'{"schema": 1, "ledger": [], "bundled": []}') for name in ("bot/.kopi-export.json", "bot/.KOPI-EXPORT.json")))

# ---- what two programs read in two ways ----
single("pax-size", "E_ARCHIVE", pax(("size", "1024")), member("bot/x", b"a" * 10))
single("pax-size-hides-members", "E_ARCHIVE", pax(("size", "0")), member("bot/x", member("bot/hidden", b"evil")))
single("pax-before-long-name", "E_ARCHIVE", pax(("path", "bot/one")), long_name("bot/two"), member("bot/three"))
single("long-name-before-pax", "E_ARCHIVE", long_name("bot/two"), pax(("path", "bot/one")), member("bot/three"))
single("pax-before-pax", "E_ARCHIVE", pax(("path", "bot/one")), pax(("path", "bot/two")), member("bot/three"))
single("long-name-twice", "E_ARCHIVE", long_name("bot/one"), long_name("bot/two"), member("bot/three"))
single("long-link", "E_LINK", long_name("bot/SOUL.md", b"K"), header("bot/link", 0, b"2", link=b"x"))
single("global-pax", "E_ARCHIVE", pax(("path", "bot/everything"), kind=b"g"), member("bot/x"))
single("global-comment", "E_ARCHIVE", pax(("comment", "0123456789"), kind=b"g"), member("bot/x"))
single("pax-path-twice", "E_ARCHIVE", member("PaxHeader/x", record("path", "bot/one") + record("path", "bot/two"), b"x"), member("bot/x"))
single("pax-path-with-nul", "E_ARCHIVE", pax(("path", b"bot/one\0../two")), member("bot/x"))
single("pax-linkpath", "E_LINK", pax(("linkpath", "/etc/passwd")), member("bot/x"))
single("pax-charset", "E_ARCHIVE", pax(("hdrcharset", "BINARY"), ("path", "bot/one")), member("bot/x"))
single("pax-attribute", "E_ARCHIVE", pax(("SCHILY.xattr.user.x", "1")), member("bot/x"))
single("pax-record-too-long", "E_ARCHIVE", member("PaxHeader/x", b"99 path=bot/one\n", b"x"), member("bot/x"))
single("pax-record-too-short", "E_ARCHIVE", member("PaxHeader/x", b"5 path=bot/one\n", b"x"), member("bot/x"))
single("pax-record-leading-zero", "E_ARCHIVE", member("PaxHeader/x", b"016 path=bot/one\n", b"x"), member("bot/x"))
single("pax-without-member", "E_ARCHIVE", pax(("path", "bot/one")))
single("pax-empty", "E_ARCHIVE", member("PaxHeader/x", b"", b"x"), member("bot/x"))
single("long-name-with-nul", "E_ARCHIVE", long_name(b"bot/one\0two"), member("bot/x"))
single("gnu-prefix", "E_ARCHIVE", member("x", magic=b"ustar  \0", prefix=b"bot"))
single("v7-header", "E_ARCHIVE", member("bot/x", magic=b"\0" * 8))
single("binary-size", "E_ARCHIVE", header("bot/x", size_field=b"\x80" + b"\0" * 10 + b"\x05") + padded(b"text\n"))
single("negative-size", "E_ARCHIVE", header("bot/x", size_field=b"\xff" * 12) + padded(b"text\n"))
single("size-with-garbage", "E_ARCHIVE", header("bot/x", size_field=b"5zzzzzzzzzz\0") + padded(b"text\n"))
single("size-decimal", "E_ARCHIVE", header("bot/x", size_field=b"00000000009\0") + padded(b"text\n"))
single("wrong-checksum", "E_ARCHIVE", header("bot/x", 5, checksum=1) + padded(b"text\n"))
single("directory-with-content", "E_ARCHIVE", member("bot/d", b"text\n", b"5"))
single("zeros-between", "E_ARCHIVE", b"\0" * BLOCK, member("bot/x"))
single("garbage-header", "E_ARCHIVE", b"\xa5" * BLOCK)

# ---- too much ----
single("long-path", "E_LIMIT", long_name("bot/" + "n/" * 2100 + "x"), member("bot/x", magic=b"ustar  \0"))
single("long-component", "E_LIMIT", pax(("path", "bot/" + "n" * 300)), member("bot/x"))
single("huge-long-name", "E_LIMIT", member("././@LongLink", b"n" * (1 << 20) + b"\0", b"L", magic=b"ustar  \0"), member("bot/x"))
single("huge-pax", "E_LIMIT", pax(("mtime", "1" * (1 << 20))), member("bot/x"))
single("huge-pax-announced", "E_LIMIT", header("PaxHeader/x", kind=b"x", size_field=b"77777777777\0"))
single("deep", "E_LIMIT", pax(("path", "bot/" + "d/" * 1000 + "x")), member("bot/x"))
single("huge-config", "E_LIMIT", member("bot/config.yaml", b"# " + b"x" * (5 << 20)))


@kind("E_LIMIT")
def zero_bomb_small():
    """200 MiB of zeros."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = deflate.compress(START + header("bot/zeros", 200 << 20))
    for _ in range(200):
        out += deflate.compress(b"\0" * (1 << 20))
    return out + deflate.compress(END) + deflate.flush()


# ---- the file itself ----
@kind("E_ARCHIVE")
def two_members():
    return packed() + packed()


@kind("E_ARCHIVE")
def split_members():
    """One tar in two gzip members: gzip unpacks it, other programs stop after the first."""
    return gzip.compress(START, mtime=0) + gzip.compress(member("bot/x") + END, mtime=0)


@kind("E_ARCHIVE")
def behind_gzip():
    return packed() + b"evil"


@kind("E_ARCHIVE")
def zeros_behind_gzip():
    return packed() + b"\0" * 512


@kind("E_ARCHIVE")
def behind_tar():
    return packed(end=END + member("bot/hidden") + END)


@kind("E_ARCHIVE")
def no_end():
    return packed(end=b"")


@kind("E_ARCHIVE")
def half_an_end():
    return packed(end=b"\0" * BLOCK)


@kind("E_ARCHIVE")
def cut_in_content():
    return packed(header("bot/x", 5000) + b"x" * 1000, end=b"")


@kind("E_ARCHIVE")
def cut_in_header():
    return packed(b"bot/x", end=b"")


@kind("E_ARCHIVE")
def cut_gzip():
    return packed()[:-20]


@kind("E_ARCHIVE")
def wrong_gzip_checksum():
    good = packed()
    return good[:-8] + bytes([good[-8] ^ 1]) + good[-7:]


@kind("E_ARCHIVE")
def wrong_gzip_size():
    good = packed()
    return good[:-4] + b"\0\0\0\1"


KINDS["empty"] = ("E_ARCHIVE", lambda: b"")
KINDS["empty-tar"] = ("E_ARCHIVE", lambda: gzip.compress(END, mtime=0))
KINDS["directory-alone"] = ("E_ARCHIVE", lambda: gzip.compress(directory("bot/") + END, mtime=0))
KINDS["text"] = ("E_ARCHIVE", lambda: b"name: bot\n" * 100)
KINDS["zip"] = ("E_ARCHIVE", lambda: b"PK\x03\x04" + b"\0" * 100)
KINDS["xz"] = ("E_ARCHIVE", lambda: b"\xfd7zXZ\0" + b"\0" * 100)
KINDS["zstd"] = ("E_ARCHIVE", lambda: b"\x28\xb5\x2f\xfd" + b"\0" * 100)
KINDS["plain-tar"] = ("E_ARCHIVE", lambda: START + END)
KINDS["gzip-of-gzip"] = ("E_ARCHIVE", lambda: gzip.compress(packed(), mtime=0))


# ---- what it says of itself ----
def with_record(text, *members):
    return packed(member("bot/.kopi-export.json", text.encode()), *members)


RECORD = ('{"schema": 1, "source": "https://git.example/bot.git", "manifest": "sha256:%s", "redacted": [], "bundled": [], '
          '"installed_at": "2026-03-14T15:09:26Z", "updated_at": "2026-03-14T15:09:26Z", "ledger": [{"path": "%s", "mode": "0644", "digest": "sha256:%s"}]}')
KINDS["wrong-digest"] = ("E_DIGEST", lambda: with_record(RECORD % ("0" * 64, "SOUL.md", "1" * 64)))
KINDS["wrong-base"] = ("E_DIGEST", lambda: packed(member("bot/.kopi-base/" + "1" * 64)))
KINDS["missing-base"] = ("E_DIGEST", lambda: with_record(RECORD % ("0" * 64, "gone.md", "1" * 64)))
KINDS["base-elsewhere"] = ("E_ARCHIVE", lambda: packed(member("bot/.kopi-base/x")))
KINDS["record-no-json"] = ("E_ARCHIVE", lambda: with_record("{"))
KINDS["record-other-schema"] = ("E_ARCHIVE", lambda: with_record('{"schema": 2}'))
KINDS["record-path-out"] = ("E_PATH", lambda: with_record(RECORD % ("0" * 64, "../evil", "1" * 64)))
KINDS["record-owns-memories"] = ("E_ARCHIVE", lambda: with_record(RECORD % ("0" * 64, "memories/MEMORY.md", "1" * 64)))
KINDS["record-owns-keys"] = ("E_ARCHIVE", lambda: with_record(RECORD % ("0" * 64, ".env", "1" * 64)))
KINDS["record-without-source"] = ("E_ARCHIVE", lambda: with_record((RECORD % ("0" * 64, "SOUL.md", "1" * 64)).replace("https://git.example/bot.git", "")))
KINDS["record-odd-source"] = ("E_ARCHIVE", lambda: with_record((RECORD % ("0" * 64, "SOUL.md", "1" * 64)).replace("https://git.example/bot.git", "-oProxyCommand=x")))
KINDS["record-odd-commit"] = ("E_ARCHIVE", lambda: with_record((RECORD % ("0" * 64, "SOUL.md", "1" * 64)).replace('"schema": 1', '"schema": 1, "commit": "HEAD"')))
KINDS["bundled-elsewhere"] = ("E_ARCHIVE", lambda: with_record('{"schema": 1, "ledger": [], "bundled": [{"path": "SOUL.md", "mode": "0644", "digest": "sha256:%s"}]}' % ("1" * 64)))
KINDS["broken-config"] = ("E_YAML", lambda: packed(member("bot/config.yaml", b"a: [\n")))
KINDS["broken-mcp"] = ("E_JSON", lambda: packed(member("bot/mcp.json", b"{")))


# ---- honest ones, of every program ----
def ok(function):
    return kind("ok")(function)


def by_tarfile(form, **fields):
    def make():
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", format=form) as tar:
            def add(name, content=None, mode=0o644, mtime=1767322985.25):
                info = tarfile.TarInfo(name)
                info.mtime, info.mode = (mtime if form == tarfile.PAX_FORMAT else int(mtime)), mode
                info.uname, info.gname, info.uid, info.gid = "ada", "staff", 1000, 1000
                for key, value in fields.items():
                    setattr(info, key, value)
                if content is None:
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                    return tar.addfile(info)
                info.size = len(content)
                return tar.addfile(info, io.BytesIO(content))

            add("bot")
            add("bot/SOUL.md", b"You are a bot.\n")
            add("bot/config.yaml", b"model:\n  default: openai/gpt-x\n")
            add("bot/skills")
            add("bot/skills/a/run.sh", b"#!/bin/sh\n", 0o4755)
            add("bot/knowledge/" + "/".join(["directory"] * 15) + "/" + "n" * 120 + ".md", b"long\n")
            add("bot/knowledge/" + "n" * 99, b"")
            if form != tarfile.USTAR_FORMAT:
                add("bot/knowledge/caf\u00e9 \u65e5\u672c.md", b"words\n")
        return out.getvalue()

    return make


KINDS["python-gnu"] = ("ok", by_tarfile(tarfile.GNU_FORMAT))
KINDS["python-pax"] = ("ok", by_tarfile(tarfile.PAX_FORMAT))
KINDS["python-pax-large-ids"] = ("ok", by_tarfile(tarfile.PAX_FORMAT, uid=1234567890, gid=1234567890, uname="\u00e5da"))
KINDS["python-gnu-large-ids"] = ("ok", by_tarfile(tarfile.GNU_FORMAT, uid=1234567890))


def by_program(*command):
    def make():
        with tempfile.TemporaryDirectory() as work:
            root = Path(work) / "bot"
            (root / "skills" / "a").mkdir(parents=True)
            (root / "SOUL.md").write_text("You are a bot.\n")
            (root / "skills" / "a" / "run.sh").write_text("#!/bin/sh\n")
            (root / "skills" / "a" / "run.sh").chmod(0o755)
            (root / "skills" / ("n" * 120 + ".md")).write_text("long\n")
            (root / "caf\u00e9.md").write_text("words\n")
            # Into a file: what goes into a pipe is filled up with zeros by some, behind the gzip member.
            subprocess.run([*command, "made.tar.gz", "bot"], cwd=work, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
            return (Path(work) / "made.tar.gz").read_bytes()

    return make


KINDS["gnu-tar"] = ("ok", by_program("tar", "czf"))
KINDS["gnu-tar-posix"] = ("ok", by_program("tar", "--format=posix", "-czf"))
KINDS["gnu-tar-ustar"] = ("ok", by_program("tar", "--format=ustar", "--exclude=n*", "-czf"))
KINDS["bsdtar"] = ("ok", by_program("bsdtar", "--no-xattrs", "-czf"))
KINDS["bsdtar-ustar"] = ("ok", by_program("bsdtar", "--format=ustar", "--exclude=n*", "-czf"))
single("by-hand", "ok", member("bot/x"), member("bot/y", b"", kind=b"\0"), member("z", prefix=b"bot/skills/a"), member("bot/gnu", magic=b"ustar  \0"))
single("setuid", "ok", member("bot/run.sh", b"#!/bin/sh\n", mode=b"0006755"))
single("space-padded-size", "ok", header("bot/x", size_field=b"          5 ") + padded(b"text\n"))
single("no-padding-behind", "ok", member("bot/x"), end=END)
single("long-name-of-4000", "ok", long_name("bot/" + "/".join(["n" * 200] * 18) + "/x"), member("bot/x", magic=b"ustar  \0"))


def main():
    if sys.argv[1:] == ["--list"]:
        for name, (code, _) in KINDS.items():
            print(name, code)
        return
    name, target = sys.argv[1:]
    Path(target).write_bytes(KINDS[name][1]())


if __name__ == "__main__":
    main()
