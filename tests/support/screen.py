#!/usr/bin/env python3
"""A real terminal that stories type into and look at: tmux, on a socket of the story's own, 80 columns and 24 lines.

  screen start COMMAND   runs it there, by bash
  screen type TEXT       types the text
  screen key KEY...      presses keys by tmux's names: Enter, C-c, C-d, BSpace
  screen wait TEXT [N]   until the text stands there (N times); after 20 seconds shows the screen and fails
  screen show            what stands there
  screen end             waits until the command has ended; says with what status
  screen resize W H      another size
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 20


class Screen:
    """Ends with its story."""

    def __init__(self, socket):
        self.socket = socket
        self.status = Path(socket + ".status")  # tmux does not always learn how a command ended

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *words], capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def start(self, command):
        # One server a story; the pane stays when its command has ended, so that its last words and its status can be read.
        self.status.write_text("")  # there from the start: stories compare directories
        keep_status = f"{command}\necho $? > {shlex.quote(str(self.status))}"
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", "-s", "story", "bash", "--norc", "-c", "read -rs; " + keep_status)
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.tmux("set-option", "-g", "remain-on-exit-format", "")
        self.tmux("set-option", "-s", "escape-time", "0")
        self.tmux("resize-window", "-t", "story", "-x", "80", "-y", "24")
        self.tmux("send-keys", "-t", "story", "Enter")
        self.until(lambda: self.lines() != [""], "the command to start")

    def lines(self):
        return self.tmux("capture-pane", "-p", "-t", "story").rstrip("\n").split("\n")

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                print("\n".join(self.lines()))
                sys.exit(f"no sign of {what} within {PATIENCE} seconds")
            time.sleep(0.01)

    def state(self, variable):
        return self.tmux("display-message", "-p", "-t", "story", f"#{{{variable}}}").strip()

    def close(self):
        self.tmux("kill-server")


def main():
    screen = Screen(os.path.join(os.environ["WORK"], ".tmux"))
    command, *words = sys.argv[1:]
    if command == "start":
        screen.start(words[0])
    elif command == "type":
        screen.tmux("send-keys", "-t", "story", "-l", words[0])
    elif command == "key":
        screen.tmux("send-keys", "-t", "story", *words)
    elif command == "wait":
        count = int(words[1]) if len(words) > 1 else 1
        screen.until(lambda: "\n".join(screen.lines()).count(words[0]) >= count, repr(words[0]))
    elif command == "show":
        print("\n".join(line.rstrip() for line in screen.lines()))
    elif command == "end":
        screen.until(lambda: screen.status.read_text().endswith("\n"), "the command's end")
        print(f"ended with {screen.status.read_text().strip()}")
        screen.close()
    elif command == "resize":
        screen.tmux("resize-window", "-t", "story", "-x", words[0], "-y", words[1])
        screen.until(lambda: screen.state("pane_width") == words[0], "the new size")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
