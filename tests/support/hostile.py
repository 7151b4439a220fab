#!/usr/bin/env python3
"""Makes repositories and directories that no honest author would: hostile.py KIND TARGET.

Objects are written by hand, because git itself refuses most of them. TARGET becomes a bare repository with one branch, `main`; for
the kinds that start with `directory-` it becomes a plain directory. Every one is a distribution named `bot` but for its one fault.
`hostile.py --list` names the kinds.
"""

import os
import socket
import subprocess
import sys
import zlib
from pathlib import Path

from raw_repository import MANIFEST, WHO, Repository

KINDS = {}


def kind(function):
    KINDS[function.__name__.replace("_", "-")] = function
    return function


def single(name, mode=b"100644", body=b"text\n"):
    """A kind with one bad entry at the root, and the same one below a directory."""

    def make(target):
        repo = Repository(target)
        repo.main((mode, name, repo.blob(body)))

    return make


for word, name in {
    "dot-dot": b"..", "dot": b".", "git-directory": b".git", "git-upper": b".GIT", "git-short": b"git~1", "git-space": b".git ", "git-dot": b".git.",
    "git-stream": b".git::$INDEX_ALLOCATION", "git-zero-width": ".g\u200cit".encode(), "escape": b"a\x1b[2Jb", "newline": b"a\nb", "tab": b"a\tb",
    "c1-control": "a\u009bb".encode(), "backslash": b"..\\evil", "slash": b"../../evil", "absolute": b"/tmp/evil", "drive": b"C:evil", "latin1": b"caf\xe9",
    "empty-name": b"", "long-name": b"n" * 600,
}.items():
    KINDS[word] = single(name)

KINDS["link"] = single(b"notes.md", b"120000", b"/etc/passwd")
KINDS["link-excluded"] = single(b"workspace", b"120000", b"/etc")
KINDS["group-writable"] = single(b"notes.md", b"100664")
KINDS["odd-mode"] = single(b"notes.md", b"100600")
KINDS["device-mode"] = single(b"notes.md", b"020000")


@kind
def manifest_link(target):
    repo = Repository(target)
    repo.ref("refs/heads/main", repo.commit(repo.tree((b"120000", b"distribution.yaml", repo.blob(b"/etc/hostname")))))


@kind
def manifest_directory(target):
    repo = Repository(target)
    below = repo.tree((b"100644", b"name", repo.blob()))
    repo.ref("refs/heads/main", repo.commit(repo.tree((b"40000", b"distribution.yaml", below))))


@kind
def nested_git_directory(target):
    repo = Repository(target)
    hooks = repo.tree((b"100755", b"post-checkout", repo.blob(b"#!/bin/sh\ntouch /tmp/evil\n")))
    inner = repo.tree((b"40000", b"hooks", hooks))
    repo.main((b"40000", b"skills", repo.tree((b"40000", b".Git", inner))))


@kind
def nested_dot_dot(target):
    repo = Repository(target)
    up = repo.tree((b"100644", b"evil", repo.blob()))
    repo.main((b"40000", b"skills", repo.tree((b"40000", b"..", up))))


@kind
def link_to_directory(target):
    """The classic: a link and, of the same name, a directory whose files would be written through it."""
    repo = Repository(target)
    below = repo.tree((b"100644", b"evil", repo.blob()))
    repo.main((b"120000", b"skills", repo.blob(b"/tmp")), (b"40000", b"skills", below))


@kind
def submodule(target):
    repo = Repository(target)
    repo.main((b"160000", b"library", "1" * 40))


@kind
def case_collision(target):
    repo = Repository(target)
    repo.main((b"100644", b"README.md", repo.blob(b"one\n")), (b"100644", b"readme.md", repo.blob(b"two\n")))


@kind
def unicode_collision(target):
    repo = Repository(target)
    repo.main((b"100644", "cafe\u0301.md".encode(), repo.blob(b"one\n")), (b"100644", "caf\u00e9.md".encode(), repo.blob(b"two\n")))


@kind
def directory_case_collision(target):
    repo = Repository(target)
    one = repo.tree((b"100644", b"a.md", repo.blob()))
    two = repo.tree((b"100644", b"b.md", repo.blob()))
    repo.main((b"40000", b"Skills", one), (b"40000", b"skills", two))


@kind
def duplicate(target):
    repo = Repository(target)
    repo.main((b"100644", b"notes.md", repo.blob(b"what is reviewed\n")), (b"100644", b"notes.md", repo.blob(b"what is installed\n")))


@kind
def duplicate_manifest(target):
    repo = Repository(target)
    repo.main((b"100644", b"distribution.yaml", repo.blob(b"name: other\n")))


@kind
def file_and_directory(target):
    repo = Repository(target)
    repo.main((b"100644", b"notes", repo.blob()), (b"40000", b"notes", repo.tree((b"100644", b"a.md", repo.blob()))))


@kind
def unsorted(target):
    repo = Repository(target)
    repo.ref("refs/heads/main", repo.commit(repo.tree((b"100644", b"z.md", repo.blob(b"z\n")), repo.manifest(), (b"100644", b"a.md", repo.blob(b"a\n")))))


def nested(repo, depth):
    tree = repo.tree((b"100644", b"file", repo.blob()))
    for _ in range(depth):
        tree = repo.tree((b"40000", b"d", tree))
    return tree


@kind
def deep(target):
    repo = Repository(target)
    repo.main((b"40000", b"d", nested(repo, 40)))


@kind
def bottomless(target):
    repo = Repository(target)
    repo.main((b"40000", b"d", nested(repo, 4000)))


@kind
def bomb_of_trees(target):
    """Ten directories in each of ten levels, without one file: ten thousand million to walk through."""
    repo = Repository(target)
    tree = repo.tree()
    for _ in range(10):
        tree = repo.tree(*[(b"40000", b"d%d" % number, tree) for number in range(10)])
    repo.main((b"40000", b"x", tree))


@kind
def bomb_of_files(target):
    """The same with one small file at the end of each way."""
    repo = Repository(target)
    tree = repo.tree((b"100644", b"f", repo.blob()))
    for _ in range(10):
        tree = repo.tree(*[(b"40000", b"d%d" % number, tree) for number in range(10)])
    repo.main((b"40000", b"x", tree))


@kind
def too_many(target):
    repo = Repository(target)
    blob = repo.blob()
    repo.main(*[(b"100644", b"file%05d" % number, blob) for number in range(5000)])


@kind
def too_large(target):
    repo = Repository(target)
    repo.main((b"100644", b"large.bin", repo.blob(bytes(65 << 20))))


@kind
def too_large_together(target):
    repo = Repository(target)
    blob = repo.blob(bytes(1 << 20))
    repo.main(*[(b"100644", b"part%03d" % number, blob) for number in range(65)])


@kind
def too_large_not_taken(target):
    """Beyond the limit, but in a directory that is never taken: no reason to refuse."""
    repo = Repository(target)
    below = repo.tree((b"100644", b"large.bin", repo.blob(bytes(65 << 20))))
    repo.main((b"40000", b"workspace", below))


@kind
def tag_of_blob(target):
    repo = Repository(target)
    repo.main()
    blob = repo.blob()
    tag = repo.write("tag", b"object " + blob.encode() + b"\ntype blob\ntag v1\ntagger " + WHO + b"\n\nno commit\n")
    repo.ref("refs/tags/v1", tag)
    repo.ref("refs/tags/light", blob)


@kind
def tag_of_tree(target):
    repo = Repository(target)
    repo.main()
    tree = repo.tree(repo.manifest())
    repo.ref("refs/tags/v1", repo.write("tag", b"object " + tree.encode() + b"\ntype tree\ntag v1\ntagger " + WHO + b"\n\nno commit\n"))


@kind
def missing_tree(target):
    repo = Repository(target)
    tree = repo.tree(repo.manifest())
    repo.ref("refs/heads/main", repo.commit(tree))
    repo.remove(tree)


@kind
def missing_blob(target):
    repo = Repository(target)
    blob = repo.blob(b"gone\n")
    repo.main((b"100644", b"notes.md", blob))
    repo.remove(blob)


@kind
def blob_as_tree(target):
    repo = Repository(target)
    repo.main((b"40000", b"skills", repo.blob()))


@kind
def tree_as_blob(target):
    repo = Repository(target)
    repo.main((b"100644", b"notes.md", repo.tree((b"100644", b"a", repo.blob()))))


@kind
def broken_tree(target):
    repo = Repository(target)
    repo.ref("refs/heads/main", repo.commit(repo.write("tree", b"100644 distribution.yaml\0short")))


@kind
def wrong_digest(target):
    """An object whose bytes are not what its name says."""
    repo = Repository(target)
    blob = repo.blob(b"what is reviewed\n")
    repo.main((b"100644", b"notes.md", blob))
    body = b"what is installed\n"
    (repo.path / "objects" / blob[:2] / blob[2:]).write_bytes(zlib.compress(b"blob %d\0" % len(body) + body))


@kind
def no_commit(target):
    Repository(target)


@kind
def no_default_branch(target):
    repo = Repository(target)
    repo.ref("refs/heads/trunk", repo.commit(repo.tree(repo.manifest())))


@kind
def alternates(target):
    repo = Repository(target)
    repo.main()
    (repo.path / "objects/info").mkdir()
    (repo.path / "objects/info/alternates").write_text("/srv/private.git/objects\n")


@kind
def linked_objects(target):
    repo = Repository(target)
    repo.main()
    aside = Path(str(target) + ".objects").resolve()
    (repo.path / "objects").rename(aside)
    (repo.path / "objects").symlink_to(aside)


@kind
def linked_object(target):
    repo = Repository(target)
    repo.main()
    blob = repo.blob(MANIFEST)
    file = repo.path / "objects" / blob[:2] / blob[2:]
    aside = Path(str(target) + ".object").resolve()
    file.rename(aside)
    file.symlink_to(aside)


@kind
def sha256(target):
    subprocess.run(["git", "init", "-q", "--bare", "--object-format=sha256", "-b", "main", target], check=True)
    run = lambda *words, text=b"": subprocess.run(["git", f"--git-dir={target}", *words], input=text, check=True, capture_output=True).stdout.decode().strip()  # noqa: E731
    blob = run("hash-object", "-w", "--stdin", text=MANIFEST)
    tree = run("mktree", text=f"100644 blob {blob}\tdistribution.yaml\n".encode())
    run("update-ref", "refs/heads/main", run("commit-tree", "-m", "a bot", tree))


# ---- plain directories ----


def directory(target, **files):
    Path(target).mkdir(parents=True)
    (Path(target) / "distribution.yaml").write_bytes(MANIFEST)
    return Path(target)


@kind
def directory_link(target):
    (directory(target) / "notes.md").symlink_to("/etc/passwd")


@kind
def directory_link_below(target):
    path = directory(target)
    (path / "skills").mkdir()
    (path / "skills/shared").symlink_to("/etc")


@kind
def directory_fifo(target):
    os.mkfifo(directory(target) / "pipe")


@kind
def directory_socket(target):
    path = directory(target)
    here = os.getcwd()
    os.chdir(path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("door")
    os.chdir(here)


@kind
def directory_latin1(target):
    (directory(target) / os.fsdecode(b"caf\xe9")).write_text("text\n")


@kind
def directory_newline(target):
    (directory(target) / "a\nb").write_text("text\n")


@kind
def directory_nested_git(target):
    path = directory(target) / "skills/.git"
    path.mkdir(parents=True)
    (path / "config").write_text("[core]\n")


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(sorted(KINDS)))
        return
    word, target = sys.argv[1:3]
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    KINDS[word](target)


if __name__ == "__main__":
    main()
