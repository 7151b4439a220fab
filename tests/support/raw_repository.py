"""Writes git objects by hand: git itself refuses most of what a hostile author would push."""

import hashlib
import zlib
from pathlib import Path

MANIFEST = b'name: bot\nversion: "1.0"\n'
WHO = b"Ada <ada@example.com> 1767322145 +0000"


class Repository:
    """A bare repository whose objects can be wrong in every way."""

    def __init__(self, path):
        self.path = Path(path)
        for directory in ("objects", "refs/heads", "refs/tags"):
            (self.path / directory).mkdir(parents=True)
        (self.path / "HEAD").write_text("ref: refs/heads/main\n")
        (self.path / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")

    def write(self, type_name, body):
        raw = type_name.encode() + b" " + str(len(body)).encode() + b"\0" + body
        name = hashlib.sha1(raw).hexdigest()
        file = self.path / "objects" / name[:2] / name[2:]
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(zlib.compress(raw, 1))
        return name

    def blob(self, body=b"text\n"):
        return self.write("blob", body)

    def tree(self, *entries):
        """entries: (mode, name, object), in the order given"""
        return self.write("tree", b"".join(mode + b" " + name + b"\0" + bytes.fromhex(object_id) for mode, name, object_id in entries))

    def commit(self, tree, *parents):
        lines = [b"tree " + tree.encode()] + [b"parent " + p.encode() for p in parents]
        return self.write("commit", b"\n".join([*lines, b"author " + WHO, b"committer " + WHO, b"", b"a bot\n"]))

    def ref(self, name, object_id):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(object_id + "\n")

    def main(self, *entries):
        """`main` at a commit of distribution.yaml and these entries, as they are"""
        self.ref("refs/heads/main", self.commit(self.tree(self.manifest(), *entries)))

    def manifest(self):
        return (b"100644", b"distribution.yaml", self.blob(MANIFEST))

    def remove(self, object_id):
        (self.path / "objects" / object_id[:2] / object_id[2:]).unlink()
