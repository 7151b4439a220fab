#!/usr/bin/env python3
"""terminal.py [WAIT KEYS]... -- COMMAND...: runs a command on a terminal and plays its user.

Once WAIT (a regular expression) has appeared behind all that was matched before, KEYS are typed; in KEYS \\n is Enter, \\t Tab, \\x03
Ctrl-C, \\x04 the end of input. What the terminal showed is printed, then "status N" where that is not 0. The terminal is 100 columns
wide. TERM is as the caller has it, else xterm.
"""

import codecs
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 60


def start(command):
    child, terminal = pty.fork()
    if child == 0:
        os.environ.setdefault("TERM", "xterm")
        try:
            os.execvp(command[0], command)
        except OSError as problem:
            print(f"{command[0]}: {problem}")
            os._exit(127)
    import fcntl

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    return child, terminal


def play(terminal, script):
    """Types what the script says; everything that was shown, as bytes."""
    shown, matched = b"", 0
    deadline = time.monotonic() + PATIENCE
    while True:
        if script:
            found = re.search(script[0][0].encode(), shown[matched:])
            if found:
                matched += found.end()
                os.write(terminal, script.pop(0)[1])
                continue
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            raise SystemExit(f"terminal.py: waited for {script[0][0] if script else 'the end'}, and saw:\n{shown.decode(errors='replace')}")
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            part = b""
        if not part:
            return shown
        shown += part


def main():
    at = sys.argv.index("--")
    words = sys.argv[1:at]
    script = [(words[i], codecs.decode(words[i + 1], "unicode_escape").encode("latin-1")) for i in range(0, len(words), 2)]
    child, terminal = start(sys.argv[at + 1 :])
    try:
        shown = play(terminal, script)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    if shown and not shown.endswith(b"\n"):
        print()
    sys.stdout.flush()
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        print(f"status {code}")


if __name__ == "__main__":
    main()
