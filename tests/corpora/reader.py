"""Talks to kopi_read_document: documents in, what kopi makes of them out."""

import json
import subprocess


class Reader:
    def __init__(self, program, kind):
        self.process = subprocess.Popen([program, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, data):
        """{"value": ...} or {"code": ..., "message": ...}; integers and reals stay apart"""
        self.process.stdin.write(b"%d\n" % len(data) + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the reader died on {data!r}")
        return json.loads(line)


def same(a, b):
    """Equal as JSON data: 1, 1.0 and true are three values; the order of keys does not matter."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b
