#!/usr/bin/env python3
"""Kills kopi where it hurts and makes its system calls fail, and looks whether a home is ever left half-changed.

    crash.py KOPI steps           SIGKILL at every named step of every operation (needs a build with test hooks)
    crash.py KOPI random N [SEED] SIGKILL at N random moments, spread over the operations
    crash.py KOPI faults [EVERY]  every EVERYth (1) call that changes a file fails, once and from then on, as ENOSPC, EIO, EACCES, EROFS

After each blow another kopi command runs, as a user's next one would. Then the home must be what it was before, or what the operation
makes of it, as a whole: names, modes, contents; nothing else may lie there, and the same operation must work again or be done.
"""
import errno
import json
import os
import pathlib
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
NOW = "2026-03-14T15:09:26Z"
# What may differ: caches and locks mean nothing, and blobs that no record names are harmless until `store gc`.
UNCOUNTED = {".kopi/cache", ".kopi/locks", ".kopi/store"}

FILES_1 = {
    "distribution.yaml": "name: bot\nversion: 1.0.0\ndescription: A bot.\n",
    "SOUL.md": "You are a bot.\n\nBe kind.\n\nBe brief.\n",
    "config.yaml": "model:\n  default: openai/small\nagent:\n  max_iterations: 7\n",
    "AGENTS.md": "One.\n\nTwo.\n\nThree.\n",
    "skills/talk/SKILL.md": "---\nname: talk\ndescription: Talk.\n---\nTalk.\n",
    "skills/talk/run.sh": "#!/bin/sh\necho one\n",
    "skills/gone/SKILL.md": "---\nname: gone\ndescription: Goes.\n---\nBye.\n",
    "docs/old/a.md": "a\n",
    "docs/becomes": "a file that becomes a directory\n",
    "guide/x.md": "a directory that becomes a file\n",
}
FILES_2 = {
    **{path: text for path, text in FILES_1.items() if path not in ("skills/gone/SKILL.md", "docs/old/a.md", "docs/becomes", "guide/x.md")},
    "distribution.yaml": "name: bot\nversion: 2.0.0\ndescription: A bot.\n",
    "SOUL.md": "You are a bot.\n\nBe kind.\n\nBe very brief.\n",
    "config.yaml": "model:\n  default: openai/large\nagent:\n  max_iterations: 9\n",
    "AGENTS.md": "One, changed.\n\nTwo.\n\nThree.\n",
    "skills/talk/run.sh": "#!/bin/sh\necho two\n",
    "skills/new/deep/SKILL.md": "---\nname: deep\ndescription: New.\n---\nHello.\n",
    "docs/becomes/b.md": "b\n",
    "guide": "now a file\n",
}
EDITS = {
    "SOUL.md": "You are my bot.\n\nBe kind.\n\nBe brief with me.\n",
    "AGENTS.md": "One.\n\nTwo.\n\nThree, mine.\n",
    "config.yaml": "# mine\nmodel:\n  default: openai/mine\nagent:\n  max_iterations: 7\n",
    "memories/MEMORY.md": "remember\n",
    ".env": "KEY=secret\n",
    "skills/talk/mine.md": "my own file in a shipped directory\n",
}


class World:
    def __init__(self, kopi):
        self.kopi = str(pathlib.Path(kopi).resolve())
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="kopi-crash-")).resolve()
        self.home = self.place / "home"
        self.source = self.place / "source"
        (self.place / "clock").write_text(NOW)
        self.count_file = self.place / "count"

    def build_shim(self):
        compilers = [os.environ.get("CC", "cc"), "clang", *(f"clang-{version}" for version in range(22, 15, -1)), "gcc"]
        compiler = next((found for found in map(shutil.which, compilers) if found), None)
        if compiler is None:
            raise SystemExit("no C compiler was found: set CC")
        shim = self.place / "faults.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shim, HERE / "faults.c", "-ldl"], check=True)
        return shim

    def environment(self, **more):
        keep = {"PATH": f"{self.home}/.local/bin:/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "KOPI_CLOCK": str(self.place / "clock")}
        return {**keep, **{key: str(value) for key, value in more.items()}}

    def run(self, *words, **more):
        return subprocess.run([self.kopi, *words], env=self.environment(**more), cwd=self.place, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)

    def must(self, *words):
        done = self.run(*words)
        if done.returncode not in (0, 5):
            raise SystemExit(f"kopi {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def ship(self, files):
        shutil.rmtree(self.source, ignore_errors=True)
        for path, text in files.items():
            file = self.source / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755 if path.endswith(".sh") else 0o644)

    def edit(self, profile):
        for path, text in EDITS.items():
            file = self.home / ".kopi/profiles" / profile / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (self.home / ".kopi/profiles" / profile / ".env").chmod(0o600)
        (self.home / ".kopi/profiles" / profile / "SOUL.md").chmod(0o640)

    def save(self, name):
        shutil.rmtree(self.place / name, ignore_errors=True)
        shutil.copytree(self.home, self.place / name, symlinks=True)

    def restore(self, name):
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.place / name, self.home, symlinks=True)

    def snapshot(self):
        tree = {}
        for directory, names, files in os.walk(self.home):
            relative = os.path.relpath(directory, self.home)
            names[:] = [name for name in names if os.path.normpath(os.path.join(relative, name)) not in UNCOUNTED]
            for name in names + files:
                path = os.path.join(directory, name)
                info = os.lstat(path)
                content = pathlib.Path(path).read_bytes() if stat.S_ISREG(info.st_mode) else b""
                tree[os.path.normpath(os.path.join(relative, name))] = (oct(info.st_mode), content)
        return tree


def prepare_nothing(world):
    world.ship(FILES_1)
    world.home.mkdir(exist_ok=True)
    world.must("profile", "create", "other", "--no-skills", "--no-alias")


def prepare_installed(world):
    prepare_nothing(world)
    world.must("profile", "install", "./source", "--yes", "--alias")
    world.must("profile", "use", "bot")
    world.edit("bot")
    world.ship(FILES_2)


def prepare_updated(world):
    prepare_installed(world)
    world.must("profile", "update", "bot", "--yes")


def prepare_archive(world):
    prepare_updated(world)
    if not (world.place / "bot.tar.gz").exists():
        world.must("profile", "export", "bot", "-o", str(world.place / "bot.tar.gz"))


OPERATIONS = {
    "install": (prepare_nothing, ["profile", "install", "./source", "--yes", "--alias"]),
    "update": (prepare_installed, ["profile", "update", "bot", "--yes"]),
    "rollback": (prepare_updated, ["profile", "rollback", "bot", "--yes"]),
    "resolve": (prepare_updated, ["profile", "resolve", "bot", "SOUL.md", "config.yaml", "--theirs"]),
    "delete": (prepare_installed, ["profile", "delete", "bot", "--yes"]),
    "rename": (prepare_installed, ["profile", "rename", "bot", "robot"]),
    "clone": (prepare_installed, ["profile", "create", "twin", "--clone-all", "--clone-from", "bot"]),
    "import": (prepare_archive, ["profile", "import", "./bot.tar.gz", "--name", "guest", "--alias", "--yes"]),
}


def difference(actual, expected):
    lines = []
    for path in sorted(set(actual) | set(expected)):
        if actual.get(path) != expected.get(path):
            lines.append(f"    {path}: {describe(actual.get(path))} instead of {describe(expected.get(path))}")
    return "\n".join(lines)


def describe(entry):
    return "absent" if entry is None else f"{entry[0]} {entry[1][:60]!r}"


class Case:
    """One operation on one prepared home, with the two states that it may leave."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        prepare, self.words = OPERATIONS[name]
        shutil.rmtree(world.home, ignore_errors=True)
        prepare(world)
        world.save("before")
        self.old = world.snapshot()
        started = time.monotonic()
        self.plain = world.must(*self.words)
        self.seconds = time.monotonic() - started
        self.new = world.snapshot()
        if self.old == self.new:
            raise SystemExit(f"{name}: it changes nothing, so nothing is tested")
        self.complaints = 0

    def complain(self, blow, text):
        self.complaints += 1
        print(f"WRONG: {self.name}, {blow}: {text}")

    def judge(self, blow, ended):
        """`ended`: what the blow left of the process, or None where it was killed."""
        world = self.world
        next_one = world.run("profile", "list", "--json")
        if next_one.returncode != 0:
            self.complain(blow, f"the next command ends with {next_one.returncode}: {next_one.stderr}")
        left = world.snapshot()
        if left not in (self.old, self.new):
            nearer = min((self.old, self.new), key=lambda state: len(difference(left, state)))
            which = "before" if nearer is self.old else "after"
            said = "" if ended is None else f"\n  it had ended with {ended.returncode}: {ended.stderr}"
            self.complain(blow, f"the home is neither as before nor as after; nearest {which}:\n{difference(left, nearer)}{said}")
            return "torn"
        if ended is not None and ended.returncode in (0, 5) and left != self.new:
            self.complain(blow, f"it ended with {ended.returncode}, and nothing is changed")
        if left == self.old:
            again = world.run(*self.words)
            if again.returncode not in (0, 5) or world.snapshot() != self.new:
                self.complain(blow, f"the same command afterwards ends with {again.returncode}: {again.stderr}{difference(world.snapshot(), self.new)}")
        return "old" if left == self.old else "new"

    def strike(self, blow, **environment):
        self.world.restore("before")
        return blow, self.world.run(*self.words, **environment)


def named_steps():
    names = set()
    for file in (HERE.parents[1] / "src").rglob("*.cpp"):
        names.update(re.findall(r'reach_step\("([^"]+)"\)', file.read_text()))
    return sorted(names)


def run_steps(world, operations):
    wrong = blows = 0
    for name in operations:
        case = Case(world, name)
        outcomes = {}
        for step in named_steps():
            for number in range(1, 200):
                blow, ended = case.strike(f"killed at {step}:{number}", KOPI_TEST_ABORT_AT=f"{step}:{number}")
                if ended.returncode != -signal.SIGKILL:
                    break
                blows += 1
                outcomes.setdefault(step, []).append(case.judge(blow, None))
        print(f"{name:9} " + "  ".join(f"{step} {'/'.join(dict.fromkeys(states))}×{len(states)}" for step, states in outcomes.items()), flush=True)
        if not outcomes:
            case.complain("steps", "it reaches none")
        wrong += case.complaints
    return blows, wrong


def run_random(world, operations, count, seed):
    print(f"seed {seed}")
    dice = random.Random(seed)
    wrong = blows = 0
    for name in operations:
        case = Case(world, name)
        counts = {}
        for _ in range(max(1, count // len(operations))):
            world.restore("before")
            process = subprocess.Popen([world.kopi, *case.words], env=world.environment(), cwd=world.place, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            delay = dice.uniform(0, case.seconds * 1.1)
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            blows += 1
            outcome = case.judge(f"killed after {delay * 1000:.2f} ms", None)
            counts[outcome] = counts.get(outcome, 0) + 1
        print(f"{name:9} {counts}", flush=True)
        wrong += case.complaints
    return blows, wrong


def run_faults(world, operations, every):
    wrong = blows = 0
    shim = world.build_shim()
    for name in operations:
        case = Case(world, name)
        world.restore("before")
        base = {"LD_PRELOAD": shim, "KOPI_FAULT_BELOW": world.home}
        world.run(*case.words, KOPI_FAULT_AT=0, KOPI_FAULT_COUNT=world.count_file, **base)
        total = int(world.count_file.read_text())
        if total < 5:
            raise SystemExit(f"{name}: only {total} calls were seen; is the program linked statically?")
        counts = {}
        for code in (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS):
            for last in (False, True):
                for at in range(1 + (blows % every if every > 1 else 0), total + 1, every):
                    more = {"KOPI_FAULT_LAST": 1} if last else {}
                    what = f"{errno.errorcode[code]} at call {at} of {total}{' and after' if last else ''}"
                    blow, ended = case.strike(what, KOPI_FAULT_AT=at, KOPI_FAULT_ERRNO=code, **base, **more)
                    blows += 1
                    if ended.returncode < 0 or ended.returncode in (70, 2):
                        case.complain(blow, f"it ended with {ended.returncode}: {ended.stderr}")
                    outcome = case.judge(blow, ended)
                    counts[outcome] = counts.get(outcome, 0) + 1
        print(f"{name:9} {total} calls  {counts}", flush=True)
        wrong += case.complaints
    return blows, wrong


def main(arguments):
    kopi, mode, *rest = arguments
    only = os.environ.get("KOPI_CRASH_ONLY")
    operations = only.split(",") if only else list(OPERATIONS)
    world = World(kopi)
    try:
        if mode == "steps":
            blows, wrong = run_steps(world, operations)
        elif mode == "random":
            blows, wrong = run_random(world, operations, int(rest[0]), int(rest[1]) if len(rest) > 1 else 1)
        elif mode == "faults":
            blows, wrong = run_faults(world, operations, int(rest[0]) if rest else 1)
        else:
            raise SystemExit(__doc__)
    finally:
        if not os.environ.get("KOPI_TEST_KEEP"):
            shutil.rmtree(world.place, ignore_errors=True)
    print(f"{blows} blows, {wrong} wrong")
    return 1 if wrong or not blows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
