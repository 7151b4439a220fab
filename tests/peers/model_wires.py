#!/usr/bin/env python3
"""kopi against aimock, a model server that others wrote: model_wires.py KOPI AIMOCK. Run by scripts/peers.

Both wires, the same cases: what is answered arrives byte for byte, what fails has the message, the code and the exit status of its
kind, as text and as --json. Prints a table, and what differs below it; exits 1 when something does.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import records  # noqa: E402

FIXTURES = HERE / "model_wires.json"
KEY = "sk-peer-0123456789"
WIRES = {"openai-chat": ("openai", "OPENAI_API_KEY"), "anthropic-messages": ("anthropic", "ANTHROPIC_API_KEY")}
PATIENCE = 30
NOTHING_LISTENS = "http://127.0.0.1:9"


class Differs(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Differs(what)


def same(actual, expected, what):
    need(actual == expected, f"{what}: {actual!r}, not {expected!r}")


def scripted(asked):
    """What the fixture for this message says."""
    for fixture in json.loads(FIXTURES.read_text())["fixtures"]:
        if fixture["match"].get("userMessage", "") in asked:
            return fixture["response"]
    raise KeyError(asked)


class Server:
    """aimock on a port of its own."""

    def __init__(self, program, directory):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.read = 0  # entries of the journal that journal() gave out
        environment = {**os.environ, "AIMOCK_API_KEYS": KEY}
        self.log = open(Path(directory) / "server.log", "w")
        self.process = subprocess.Popen([program, "-p", str(self.port), "-f", str(FIXTURES), "--log-level", "warn"],
                                        env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + PATIENCE
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"peers: the model server does not start:\n{(Path(directory) / 'server.log').read_text()}")
            time.sleep(0.02)  # between two looks

    def is_up(self):
        try:
            return self.ask("GET", "/__aimock/fixtures")[0] == 200
        except OSError:
            return False

    def ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {KEY}"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def journal(self):
        """The requests since the last call, oldest first."""
        entries = json.loads(self.ask("GET", "/__aimock/journal")[1])
        new, self.read = entries[self.read :], len(entries)
        return new

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()




class Peer:
    """A profile that talks to the server on one wire."""

    def __init__(self, kopi, server, wire, directory):
        self.kopi, self.server, self.wire = kopi, server, wire
        self.provider, self.variable = WIRES[wire]
        self.home = Path(directory) / wire
        self.home.mkdir()
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}
        self.configure()

    def configure(self, url=None, model="model-x", key=KEY, headers=None):
        root = self.home / ".kopi"
        root.mkdir(exist_ok=True)
        url = {None: self.server.url, "elsewhere": self.server.url + "/__aimock/nowhere"}.get(url, url)
        lines = ["model:", f"  default: {self.provider}/{model}", f"  base_url: {url}"]
        if headers:
            lines += ["providers:", f"  {self.provider}:", "    headers:", *(f"      {name}: \"{value}\"" for name, value in headers.items())]
        (root / "config.yaml").write_text("\n".join(lines) + "\n")
        (root / ".env").write_text(f"{self.variable}={key}\n")
        self.server.journal()

    def run(self, *words):
        done = subprocess.run([self.kopi, "chat", *words], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        for stream in (done.stdout, done.stderr):
            need(KEY.encode() not in stream, "the key is printed")
        return done

    def events(self, *words):
        done = self.run("--json", *words)
        problem = records.check("kopi chat --json", done.stdout, done.returncode, merged=False)
        need(not problem, f"--json: {problem}")
        events = [json.loads(line) for line in done.stdout.decode().splitlines()]
        same([event["type"] for event in events].count("done"), 1, "done events")
        same(events[-1]["type"], "done", "the last event")
        same(events[-1]["exit"], done.returncode, "exit of the done event")
        return events


def text_of(events, kind="text"):
    return "".join(event["text"] for event in events if event["type"] == kind)


# ---- cases: what(peer) raises Differs; what it returns is shown ----


def answers(asked):
    def case(peer):
        said = scripted(asked)["content"]
        done = peer.run("-q", asked)
        same(done.returncode, 0, "exit")
        same(done.stdout, said.encode() + b"\n", "stdout")
        events = peer.events("-q", asked)
        same(text_of(events), said, "text events")
        same(events[-1]["text"], said, "text of the done event")
        same(events[-1]["partial"], False, "partial")
        return f"{len(said.encode())} bytes in {sum(event['type'] == 'text' for event in events)} pieces"

    return case


def thinks(peer):
    events = peer.events("-q", "think first")
    said = scripted("think first")
    same(text_of(events, "reasoning"), said["reasoning"], "reasoning events")
    same(text_of(events), said["content"], "text events")
    return "reasoning apart from the answer"


def counts(peer):
    usage = [event for event in peer.events("-q", "count the tokens") if event["type"] == "usage"]
    same([(event["input"], event["output"]) for event in usage], [(21, 3)], "usage")
    return "21 in, 3 out"


def remembers(peer):
    for number in ("one", "two", "three"):
        same(peer.run("-q", f"turn {number}", *([] if number == "one" else ["--continue"])).returncode, 0, "exit")
    bodies = [entry["body"] for entry in peer.server.journal()]
    talk = [[(m["role"], m["content"]) for m in body["messages"] if m["role"] != "system"] for body in bodies]
    whole = [("user", "turn one"), ("assistant", "Answer one."), ("user", "turn two"), ("assistant", "Answer two."), ("user", "turn three")]
    same([flat(messages) for messages in talk], [whole[:1], whole[:3], whole], "messages of three turns")
    systems = {json.dumps(body.get("system") or [m for m in body["messages"] if m["role"] == "system"]) for body in bodies}
    same(len(systems), 1, "different system prompts in three turns")
    return "history of 3 turns"


def flat(messages):
    return [(role, content if isinstance(content, str) else "".join(part.get("text", "") for part in content)) for role, content in messages]


def tool(peer):
    events = peer.events("-q", "use a tool")
    same(events[-1]["exit"], 0, "exit")
    notices = [event["message"] for event in events if event["type"] == "notice"]
    need(any("tool" in notice for notice in notices), f"no notice speaks of the tool: {notices}")
    return notices[0]


def fails(asked, exit_status, code, message, requests, partial=False, **settings):
    def case(peer):
        peer.configure(**settings)
        try:
            done = peer.run("-q", asked)
            sent = len(peer.server.journal())
            events = peer.events("-q", asked)
        finally:
            peer.configure()
        same(done.returncode, exit_status, "exit")
        last = events[-1]
        same((last["ok"], last["exit"], last["code"]), (False, exit_status, code), "done event")
        errors = [line for line in done.stderr.decode().splitlines() if line.startswith("error: ")]
        same(len(errors), 1, "error lines")
        need(re.search(message, errors[0]), f"the error is: {errors[0]}")
        need(re.search(message, last["message"]), f"the message is: {last['message']}")
        if requests is not None:
            same(sent, requests, "requests")
        same(last["partial"], partial, "partial")
        same(bool(text_of(events)), partial, "text before the failure")
        return re.sub(r"127\.0\.0\.1:\d+", "HOST", last["message"]).replace(str(peer.home), "~")

    return case


def recovers(peer):
    """After a cut answer the conversation goes on."""
    peer.run("-q", "cut")
    peer.server.journal()
    same(peer.run("-q", "turn one", "--continue").returncode, 0, "exit")
    roles = [m["role"] for m in peer.server.journal()[-1]["body"]["messages"] if m["role"] != "system"]
    same(roles, ["user", "assistant", "user"], "roles")
    return "what came is sent back"


CASES = {
    "emoji, one character a chunk": answers("emoji"),
    "one chunk": answers("whole words"),
    "reasoning": thinks,
    "usage": counts,
    "three turns": remembers,
    "tool call without tools": tool,
    "401": fails("hello", 1, "E_AUTH", r"refuses the key in \w+_API_KEY .*HTTP 401", None, key="sk-wrong-key-000"),
    "404 model": fails("no such model", 1, "E_NOT_FOUND", r"knows no model 'model-x'", 1),
    "404 address": fails("hello", 1, "E_NOT_FOUND", r"no model API at .*/nowhere/", None, url="elsewhere"),
    "400": fails("malformed request", 1, "E_PROVIDER", r"does not accept the request \(HTTP 400\)", 1),
    "429": fails("limited", 1, "E_PROVIDER", r"limits how often it may be asked \(HTTP 429\): slow down", 3),
    "529": fails("overloaded", 1, "E_PROVIDER", r"is overloaded \(HTTP 529\)", 3),
    "500": fails("hello", 1, "E_PROVIDER", r"failed \(HTTP 500\)", 3, headers={"X-AIMock-Chaos-Drop": "1"}),
    "garbage": fails("hello", 1, "E_PROVIDER", r"can't be understood|no model stream", 1, headers={"X-AIMock-Chaos-Malformed": "1"}),
    "stream ends early": fails("cut", 6, "E_NETWORK", r"cut the (answer off|connection)", 1, partial=True),
    "connection cut in the stream": fails("gone in the middle", 6, "E_NETWORK", r"cut the (answer off|connection)", 1, partial=True),
    "connection cut at once": fails("hello", 6, "E_NETWORK", r"closed the connection without an answer|cut the connection", None, headers={"X-AIMock-Chaos-Disconnect": "1"}),
    "connection refused": fails("hello", 6, "E_NETWORK", r"refused", 0, url=NOTHING_LISTENS),
    "after a cut": recovers,
}


def main():
    kopi, program = (str(Path(word).resolve()) for word in sys.argv[1:3])
    directory = tempfile.mkdtemp(prefix="kopi-peers-")
    server = Server(program, directory)
    differences = []
    try:
        print(f"{'case':<30} {'openai-chat':<12} {'anthropic-messages':<19} what was seen")
        peers = [Peer(kopi, server, wire, directory) for wire in WIRES]
        for name, case in CASES.items():
            marks, seen = [], ""
            for peer in peers:
                try:
                    peer.server.journal()
                    seen = case(peer) or seen
                    marks.append("same")
                except Differs as difference:
                    marks.append("DIFFERS")
                    differences.append(f"{name}, {peer.wire}: {difference}")
            print(f"{name:<30} {marks[0]:<12} {marks[1]:<19} {seen}", flush=True)
    finally:
        server.close()
        shutil.rmtree(directory)
    print("\n".join(["", *differences, f"{len(CASES) * 2 - len(differences)} of {len(CASES) * 2} as they must be"]))
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
