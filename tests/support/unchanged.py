#!/usr/bin/env python3
"""unchanged.py COMMAND...: runs a command and says what it changed below the home and in the working directory.

Everything counts but the cache, which may always be deleted, and the locks; contents, modes, links, not times. The command's output
comes first, then `unchanged` or one line a difference; the status is the command's.
"""

import hashlib
import os
import subprocess
import sys

LEFT_OUT = (".kopi/cache", ".kopi/locks")


def state_of(root, left_out):
    state = {}
    for directory, names, files in os.walk(root):
        relative = os.path.relpath(directory, root)
        counts = lambda n: os.path.normpath(os.path.join(relative, n)) not in left_out  # noqa: B023, E731
        names[:] = filter(counts, names)
        for name in names + [file for file in files if file != ".tmux.status"]:  # the terminal's own
            path = os.path.join(directory, name)
            info = os.lstat(path)
            content = ""
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            state[os.path.normpath(os.path.join(relative, name))] = (oct(info.st_mode), content)
    return state


def everything():
    home = os.environ["HOME"]
    whole = {"~/" + path: entry for path, entry in state_of(home, LEFT_OUT).items()}
    servers = [n for n in os.listdir(".") if n.startswith(".")]
    inside = [] if os.path.relpath(home, ".").startswith("..") else [os.path.relpath(home, ".")]
    whole.update(state_of(".", (*servers, *inside)))
    # A first command makes the home itself; that is no news.
    whole.pop("~/.kopi", None)
    return whole


def main():
    before = everything()
    done = subprocess.run(sys.argv[1:])
    after = everything()
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            what = "made" if path not in before else "removed" if path not in after else "changed"
            print(f"{what}: {path}")
    if before == after:
        print("unchanged")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
