#!/usr/bin/env python3
"""Several kopi at once on one home: nobody reads half a change, nobody waits for ever, and what is left is one whole state.

    together.py KOPI [ROUNDS]
"""
import json
import pathlib
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from crash import FILES_1, FILES_2, World, prepare_nothing  # noqa: E402

ALLOWED = {0, 1, 5}  # 1: refused, because somebody else was faster


class Together:
    def __init__(self, kopi, rounds):
        self.world, self.rounds, self.wrong = World(kopi), rounds, 0

    def complain(self, text):
        self.wrong += 1
        print(f"WRONG: {text}")

    def expect(self, condition, text):
        if not condition:
            self.complain(text)

    def start(self, *words):
        world = self.world
        return subprocess.Popen([world.kopi, *words], env=world.environment(), cwd=world.place, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, processes):
        done = []
        for process in processes:
            try:
                out, err = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                self.complain(f"{' '.join(process.args[1:])} waits for ever: {err}")
            done.append((process.returncode, out, err))
        return done

    def fresh(self, edits=False):
        shutil.rmtree(self.world.home, ignore_errors=True)
        prepare_nothing(self.world)
        self.world.must("profile", "install", "./source", "--yes", "--alias")
        if edits:
            self.world.edit("bot")
        self.world.ship(FILES_2)

    def check_clean(self, title):
        profiles = self.world.home / ".kopi/profiles"
        left = [str(path.relative_to(self.world.home)) for path in self.world.home.rglob("*")
                if ".staging-" in path.name or ".deleted-" in path.name or path.name in ("journal", "transaction")
                or path.name.endswith(".intent") or ".kopi-" in path.name and not path.name.endswith(".kopi-new")]
        self.expect(not left, f"{title}: left lying: {left}")
        for profile in profiles.iterdir():
            if profile.name.startswith(".") or not (profile / ".kopi/install.json").exists():
                continue
            done = self.world.run("profile", "verify", profile.name, "--json")
            self.expect(done.returncode in (0, 3), f"{title}: verify {profile.name} ends with {done.returncode}: {done.stdout}{done.stderr}")

    def version(self, name="bot"):
        record = self.world.home / ".kopi/profiles" / name / ".kopi/install.json"
        return json.loads(record.read_text())["version"] if record.exists() else None

    def two_updates(self):
        self.fresh(edits=True)
        done = self.finish([self.start("profile", "update", "bot", "--yes") for _ in range(4)])
        self.expect(all(code in ALLOWED for code, _, _ in done), f"two updates: {done}")
        self.expect(any(code in (0, 5) for code, _, _ in done), f"two updates: none went through: {done}")
        self.expect(self.version() == "2.0.0", f"two updates: version {self.version()}")
        self.check_clean("two updates")

    def update_against(self, *words):
        self.fresh()
        done = self.finish([self.start("profile", "update", "bot", "--yes"), self.start(*words), self.start("profile", "update", "bot", "--yes")])
        title = "update against " + " ".join(words[:2])
        self.expect(all(code in ALLOWED for code, _, _ in done), f"{title}: {done}")
        self.check_clean(title)
        profiles = {path.name for path in (self.world.home / ".kopi/profiles").iterdir() if not path.name.startswith(".")}
        self.expect(profiles in ({"bot", "other"}, {"other"}, {"robot", "other"}), f"{title}: profiles {profiles}")

    def update_against_chat(self):
        self.fresh()
        script = self.world.place / "answers.json"
        script.write_text('{"answers": [{"when": "hi", "say": "hello"}]}')
        chats = [self.start("-p", "bot", "chat", "--model", f"replay/{script}", "-q", "hi") for _ in range(4)]
        done = self.finish([self.start("profile", "update", "bot", "--yes"), *chats])
        self.expect(all(code == 0 for code, _, _ in done), f"update against chat: {done}")
        self.expect(self.version() == "2.0.0", f"update against chat: version {self.version()}")
        self.check_clean("update against chat")

    def many_installs(self):
        shutil.rmtree(self.world.home, ignore_errors=True)
        prepare_nothing(self.world)
        done = self.finish([self.start("profile", "install", "./source", "--yes", "--alias", "--name", f"bot-{i % 16}") for i in range(20)])
        through = sum(code == 0 for code, _, _ in done)
        refused = sum(code == 1 and "already exists" in err for code, _, err in done)
        self.expect((through, refused) == (16, 4), f"20 installs of 16 names: {through} went through, {refused} refused: {done}")
        for i in range(16):
            self.expect(self.version(f"bot-{i}") == "1.0.0", f"bot-{i} is not there")
            self.expect((self.world.home / f".local/bin/bot-{i}").exists(), f"bot-{i} has no command")
        self.check_clean("20 installs")

    def lists_during_changes(self):
        self.fresh()
        seen, torn, failed = set(), [], []

        def look(count):
            for _ in range(count):
                done = self.world.run("profile", "list", "--json")
                if done.returncode != 0:
                    failed.append(done.stdout + done.stderr)
                    continue
                for profile in json.loads(done.stdout)["data"]["profiles"]:
                    if profile["name"] == "bot":
                        pair = (profile["version"], profile["model"])
                        seen.add(pair)
                        if pair not in (("1.0.0", "openai/small"), ("2.0.0", "openai/large")):
                            torn.append(pair)

        readers = [threading.Thread(target=look, args=(25,)) for _ in range(4)]
        for reader in readers:
            reader.start()
        changes = 0
        while any(reader.is_alive() for reader in readers):
            self.world.must("profile", "update", "bot", "--yes")
            self.world.must("profile", "rollback", "bot", "--yes")
            changes += 2
        for reader in readers:
            reader.join()
        self.expect(not torn, f"100 lists: torn reads {torn}")
        self.expect(not failed, f"100 lists: failed {failed[:3]}")
        self.expect(len(seen) == 2, f"100 lists during {changes} changes saw {seen} only")
        self.check_clean("100 lists")

    def run(self):
        try:
            for _ in range(self.rounds):
                self.two_updates()
                self.update_against("profile", "delete", "bot", "--yes")
                self.update_against("profile", "rename", "bot", "robot")
                self.update_against_chat()
                self.many_installs()
                self.lists_during_changes()
        finally:
            shutil.rmtree(self.world.place, ignore_errors=True)
        print(f"{self.rounds} rounds, {self.wrong} wrong")
        return 1 if self.wrong else 0


if __name__ == "__main__":
    assert FILES_1 != FILES_2
    sys.exit(Together(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1).run())
