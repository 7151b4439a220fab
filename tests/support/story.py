#!/usr/bin/env python3
"""Runs a story: one text file with commands, what they print, and the files that they need. See CONTRIBUTING.md, "Stories".

  # a comment, behind a blank line or another comment; the first line says what the story shows
  $ kopi profile list            a command, run by bash in a fresh directory with a fresh home
  expected stdout                [..] stands for anything on a line, a line of ... for any number of lines
  ! expected stderr
  [3]                            its exit status, when that is not 0
  % git-server                   a directive: see the functions named directive_*
  -- bot/SOUL.md --              a file, up to the next such line
  text

Markdown files are stories too: their ```console blocks, and the directives in <!-- % ... --> comments, in order. There commands start
in the home directory, stdout and stderr stand as a terminal shows them, together, and how long an answer took always reads 0.4 s. The
block behind <!-- % file bot/SOUL.md --> is written to that file.

KOPI_TEST_ACCEPT=1 rewrites what was expected, KOPI_TEST_KEEP=1 keeps the directory, and KOPI_TEST_WRAP runs kopi below another program:
KOPI_TEST_WRAP="valgrind -q --leak-check=full --error-exitcode=99 --log-file=/tmp/memcheck.%p".
"""

import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import servers  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CLOCK = "2026-03-14T15:09:26Z"
GIT_DATE = "2026-01-02T03:04:05Z"


class Step:
    """A command or a directive, where it stands, and what it must print."""

    def __init__(self, kind, text, line):
        self.kind = kind
        self.text = text
        self.line = line
        self.expected = []
        self.end = line


def parse_story(lines):
    steps, files, current, name = [], {}, None, None
    for number, line in enumerate(lines):
        marker = re.fullmatch(r"-- (\S+) --", line)
        if marker:
            name = marker.group(1)
            files[name] = []
            current = None
        elif name is not None:
            files[name].append(line)
        elif line.startswith("$ ") or line.startswith("% "):
            current = Step(line[0], line[2:], number)
            steps.append(current)
        elif line.startswith("#") and (current is None or lines[number - 1] == ""):
            current = None
        elif current is not None:
            current.expected.append(line)
            current.end = number
    for step in steps:
        trim_blank(step)
    return steps, {n: "\n".join(body) + "\n" if body else "" for n, body in files.items()}


def trim_blank(step):
    while step.expected and step.expected[-1] == "":
        step.expected.pop()
        step.end -= 1
    if not step.expected:
        step.end = step.line


def parse_markdown(lines):
    steps, current, fence, file = [], None, None, None
    for number, line in enumerate(lines):
        directive = re.fullmatch(r"<!-- % (.*) -->", line)
        if line.startswith("```"):
            fence = line if fence is None else None
            current = None
            file = file if fence else None
        elif fence is None:
            if directive and directive.group(1).startswith("file "):
                file = Step("file", directive.group(1)[5:], number)
                steps.append(file)
            elif directive:
                steps.append(Step("%", directive.group(1), number))
        elif file is not None:
            file.expected.append(line)
        elif fence == "```console" and line.startswith("$ "):
            current = Step("$", line[2:], number)
            steps.append(current)
        elif current is not None:
            current.expected.append(line)
            current.end = number
    for step in steps:
        if step.kind != "file":
            trim_blank(step)
    return steps, {}


class Story:
    def __init__(self, path, kopi):
        self.path = Path(path)
        self.lines = self.path.read_text().split("\n")
        self.markdown = self.path.suffix == ".md"
        self.steps, self.files = (parse_markdown if self.markdown else parse_story)(self.lines)
        self.kopi = Path(kopi).resolve()
        self.work = Path(tempfile.mkdtemp(prefix="kopi-story-")).resolve()
        self.home = self.work / "home"
        self.home.mkdir(mode=0o700)
        self.directory = self.home if self.markdown else self.work  # where commands start; a reader of docs works at home
        self.bin = self.work / ".bin"
        self.bin.mkdir()
        if "KOPI_TEST_WRAP" in os.environ:
            (self.bin / "kopi").write_text(f'#!/bin/sh\nexec {os.environ["KOPI_TEST_WRAP"]} {self.kopi} "$@"\n')
            (self.bin / "kopi").chmod(0o755)
        else:
            (self.bin / "kopi").symlink_to(self.kopi)
        self.clock = self.work / ".clock"
        self.clock.write_text(CLOCK + "\n")
        self.servers = []
        self.names = {}  # value -> $NAME, for what differs from run to run
        self.stand_ins = {}  # address that a page shows -> the one that is really there
        self.environment = {
            "PATH": f"{self.bin}:{self.home}/.local/bin:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "WORK": str(self.work),
            "ROOT": str(ROOT),
            "KOPI_CLOCK": str(self.clock),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": GIT_DATE,
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_COMMITTER_DATE": GIT_DATE,
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        (self.home / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n")
        for name, body in self.files.items():
            self.write(name, body)

    def write(self, name, body):
        target = self.directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body)
        if body.startswith("#!"):
            target.chmod(0o755)

    # ---- directives ----

    def directive_git_server(self, name="GIT", login=None):
        """git-server [NAME [user:password]]: $NAME is the URL of $WORK/srv, over real smart HTTP"""
        user, _, password = (login or "").partition(":")
        (self.work / "srv").mkdir(exist_ok=True)
        server = servers.GitHttpServer(self.work / "srv", self.work / f".nginx-{name}", user or None, password or None)
        self.add_server(server, name)

    def directive_git_daemon(self, name="DAEMON"):
        """git-daemon [NAME]: the same over git://"""
        (self.work / "srv").mkdir(exist_ok=True)
        self.add_server(servers.GitDaemon(self.work / "srv", self.work / f".daemon-{name}"), name)

    def directive_ssh_server(self, name="SSH"):
        """ssh-server [NAME]: an sshd; $NAME is ssh://user@host:port, GIT_SSH_COMMAND reaches it, $SSH_WRONG does not"""
        server = servers.SshServer(self.work / ".sshd")
        self.add_server(server, name)
        self.environment["GIT_SSH_COMMAND"] = server.command
        self.environment["SSH_WRONG"] = server.command.replace("user_config", "other_config")
        self.names[str(server.port)] = "$SSH_PORT"
        user = server.url.split("://", 1)[1].split("@")[0]
        self.names[f"{user}@127.0.0.1"] = "$LOGIN@127.0.0.1"

    def directive_model_server(self, script, name="MODEL"):
        """model-server SCRIPT [NAME]: $NAME is its URL, $WORK/journal has what it was asked"""
        from model_server import ModelServer

        server = ModelServer(json.loads((self.directory / script).read_text()), self.work / "journal")
        self.add_server(server, name)

    def directive_screen(self):
        """screen: puts the command `screen` on PATH, a terminal to type into and to look at: tests/support/screen.py"""
        from screen import Screen

        self.directive_needs("tmux")
        (self.bin / "screen").symlink_to(ROOT / "tests" / "support" / "screen.py")
        self.servers.append(Screen(str(self.work / ".tmux")))

    def directive_publish(self, repository, directory, tag=None):
        """publish NAME DIRECTORY [TAG]: commits the directory's state to the bare repository $WORK/srv/NAME.git"""
        bare = self.work / "srv" / f"{repository}.git"
        git = ["git", f"--git-dir={bare}", f"--work-tree={self.directory / directory}"]
        run = lambda *words: subprocess.run([*git, *words], env=self.environment, cwd=self.work, check=True, capture_output=True)  # noqa: E731
        if not bare.exists():
            bare.parent.mkdir(exist_ok=True)
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], env=self.environment, check=True)
            run("config", "core.bare", "false")
        run("add", "-A", "-f")
        run("commit", "-q", "--allow-empty", "-m", tag or "a change")
        if tag:
            run("tag", tag)

    def directive_clock(self, time):
        """clock TIME: what kopi takes for now"""
        self.clock.write_text(time + "\n")

    def directive_set(self, name, value):
        """set NAME VALUE: an environment variable for the commands that follow; $WORK in it is filled in"""
        self.environment[name] = os.path.expandvars(value.replace("$WORK", str(self.work)).replace("$HOME", str(self.home)))

    def directive_unset(self, name):
        self.environment.pop(name, None)

    def directive_stands_for(self, url, shown):
        """stands-for URL SHOWN: commands that write SHOWN reach URL, and outputs name SHOWN, so that a page reads as in real life"""
        url = url.replace("$", "").strip("/") if url.startswith("$") else url.strip("/")
        url = self.environment.get(url, url)
        subprocess.run(["git", "config", "--global", f"url.{url}/.insteadOf", shown.strip("/") + "/"], env=self.environment, check=True)
        if not any(isinstance(server, servers.GitHttpServer) and server.url == url for server in self.servers):
            self.stand_ins[shown.strip("/")] = url  # git translates by itself, for kopi too
        self.names[url] = shown.strip("/")
        self.names[url.split("://", 1)[1]] = shown.split("://", 1)[1].split("/")[0]

    def directive_run(self, command):
        """run COMMAND: a command that is not shown; it must succeed"""
        done = subprocess.run(["bash", "-c", command], cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"{self.path}: {command}: status {done.returncode}\n{done.stdout.decode('utf-8', 'replace')}")

    def directive_needs(self, program):
        """needs PROGRAM: without it the story is skipped (exit 77)"""
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            raise SystemExit(77)

    def directive_needs_root(self):
        """needs-root: for files that belong to somebody else; not root, the story is skipped (exit 77)"""
        if os.geteuid() != 0:
            print("skipped: only root can make files that belong to somebody else")
            raise SystemExit(77)

    def add_server(self, server, name):
        self.servers.append(server)
        self.environment[name] = server.url
        self.names[server.url] = f"${name}"
        host = server.url.split("://", 1)[1].rsplit("@", 1)[-1]
        self.names[host] = f"${name}_HOST"

    # ---- running ----

    def run(self):
        accept = os.environ.get("KOPI_TEST_ACCEPT") == "1"
        failures, rewritten = [], []
        for step in self.steps:
            if step.kind == "file":
                self.write(step.text, "\n".join(step.expected) + "\n")
                continue
            if step.kind == "%":
                if step.text.startswith("run "):
                    self.directive_run(step.text[4:])
                    continue
                words = shlex.split(step.text)
                getattr(self, "directive_" + words[0].replace("-", "_"))(*words[1:])
                continue
            actual = self.execute(step.text)
            if not matches(step.expected, actual):
                if accept:
                    rewritten.append((step, merge_wildcards(step.expected, actual)))
                else:
                    failures.append((step, actual))
                    break
        if rewritten:
            self.rewrite(rewritten)
        for step, actual in failures:
            print(f"{self.path}:{step.line + 1}: $ {step.text}")
            print("\n".join(difflib.unified_diff(step.expected, actual, "expected", "actual", lineterm="")))
        return not failures

    def execute(self, command):
        for shown, url in self.stand_ins.items():
            command = command.replace(shown, url)
        merged = subprocess.STDOUT if self.markdown else subprocess.PIPE
        done = subprocess.run(["bash", "-c", command], cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=merged, timeout=120)
        self.check_json(command, done)
        lines = self.readable(done.stdout)
        if not self.markdown:
            lines += ["! " + line if line else "!" for line in self.readable(done.stderr)]
            if done.returncode != 0:
                lines.append(f"[{done.returncode}]")
        return lines

    def check_json(self, command, done):
        import records

        problem = records.check(command, done.stdout, done.returncode, merged=self.markdown)
        if problem:
            print(f"{self.path}: $ {command}\n{problem}")
            raise SystemExit(1)

    def readable(self, output):
        text = output.decode("utf-8", "backslashreplace")
        for value, name in sorted(self.names.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(value, name)
        for value, name in ((str(self.home), "~" if self.markdown else "$HOME"), (str(self.work), "$WORK"), (str(self.kopi), "$KOPI"), (str(ROOT), "$ROOT")):
            text = text.replace(value, name)
        if self.markdown:
            text = re.sub(r"\b\d+\.\d s\]$", "0.4 s]", text, flags=re.MULTILINE)
        lines = text.split("\n")
        while lines and lines[-1] == "":
            lines.pop()
        return lines

    def rewrite(self, rewritten):
        for step, actual in sorted(rewritten, key=lambda pair: -pair[0].line):
            self.lines[step.line + 1 : step.end + 1] = actual
        self.path.write_text("\n".join(self.lines))

    def close(self):
        for server in self.servers:
            server.close()
        if os.environ.get("KOPI_TEST_KEEP") == "1":
            print(f"kept: {self.work}")
            return
        subprocess.run(["chmod", "-R", "u+rwX", str(self.work)], check=False)
        shutil.rmtree(self.work, ignore_errors=True)


def line_matches(pattern, line):
    if "[..]" not in pattern:
        return pattern == line
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("[..]")), line) is not None


def matches(expected, actual):
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[at:]) for at in range(len(actual) + 1))
    return bool(actual) and line_matches(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def merge_wildcards(expected, actual):
    """New expectations keep the wildcards of old lines that still fit."""
    patterns = [line for line in expected if "[..]" in line]
    return [next((p for p in patterns if line_matches(p, line)), line) for line in actual]


def main():
    kopi, *paths = sys.argv[1:]
    sys.setrecursionlimit(20000)
    good = True
    for path in paths:
        story = Story(path, kopi)
        try:
            good = story.run() and good
        finally:
            story.close()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
