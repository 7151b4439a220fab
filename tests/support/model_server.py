"""A model server for tests: it speaks the providers' real streams from a script, and refuses requests that no provider takes.

The script is a JSON list of replies; the first whose `match` (text that the last user message holds; absent: any) fits answers.
  say            the text of the answer, streamed in pieces of `piece` characters (default 8)
  reasoning      reasoning before it
  status, error  an HTTP error instead, with `headers`; `times` of it, then the next fitting reply answers
  raw            the body as it stands, with `type` as its content type
  cut            end the connection after this many pieces
  bytes          send the stream in TCP pieces of this many bytes
  style          "crlf", "comments": how the stream is written
  wait           seconds before the first byte
Every request is appended to the journal as a line of JSON. A request out of order is answered with 400 and a reason.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refused(Exception):
    pass


def check_openai(body, headers):
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refused("model is missing")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused("messages are missing")
    roles = [m.get("role") for m in messages]
    if roles[0] == "system":
        roles = roles[1:]
    check_roles(roles)
    if any(not m.get("content") for m in messages):
        raise Refused("a message is empty")
    return messages[-1]["content"]


def check_anthropic(body, headers):
    if "anthropic-version" not in headers:
        raise Refused("anthropic-version is missing")
    if not isinstance(body.get("max_tokens"), int):
        raise Refused("max_tokens is missing")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused("messages are missing")
    check_roles([m.get("role") for m in messages])
    if any(not m.get("content") for m in messages):
        raise Refused("a message is empty")
    return messages[-1]["content"]


def check_roles(roles):
    for index, role in enumerate(roles):
        if role != ("user", "assistant")[index % 2]:
            raise Refused(f"role {role} at {index}: roles must alternate, user first")
    if roles and roles[-1] != "user":
        raise Refused("the last message must be the user's")


def pieces(text, size):
    # In UTF-16 units, as some servers cut: a character beyond the BMP can be split into its surrogates.
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2 * size):
        yield units[at : at + 2 * size].decode("utf-16-le", "surrogatepass")


def openai_events(reply, text):
    usage = {"prompt_tokens": 12, "completion_tokens": len(text.split())}
    yield None, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
    for piece in pieces(reply.get("reasoning", ""), reply.get("piece", 8)):
        yield None, {"choices": [{"index": 0, "delta": {"reasoning_content": piece}}]}
    for piece in pieces(text, reply.get("piece", 8)):
        yield None, {"choices": [{"index": 0, "delta": {"content": piece}}]}
    yield None, {"choices": [{"index": 0, "delta": {}, "finish_reason": reply.get("finish", "stop")}]}
    yield None, {"choices": [], "usage": usage}
    yield None, "[DONE]"


def anthropic_events(reply, text):
    yield "message_start", {"type": "message_start", "message": {"usage": {"input_tokens": 12, "output_tokens": 1}}}
    index = 0
    yield "ping", {"type": "ping"}
    if reply.get("reasoning"):
        yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": {"type": "thinking", "thinking": ""}}
        for piece in pieces(reply["reasoning"], reply.get("piece", 8)):
            yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": {"type": "thinking_delta", "thinking": piece}}
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
        index += 1
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
    for piece in pieces(text, reply.get("piece", 8)):
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": piece}}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": reply.get("finish", "end_turn")}, "usage": {"output_tokens": len(text.split())}}
    yield "message_stop", {"type": "message_stop"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.plain(200, {"ok": True})

    def plain(self, status, body, headers=None, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(raw)
        self.server.note({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body})
        anthropic = self.path.endswith("/messages")
        try:
            asked = (check_anthropic if anthropic else check_openai)(body, self.headers)
        except Refused as refused:
            return self.plain(400, {"error": {"message": f"refused: {refused}"}})
        reply = self.server.next_reply(asked)
        if reply is None:
            return self.plain(500, {"error": {"message": "the script has no reply for this"}})
        time.sleep(reply.get("wait", 0))
        if "status" in reply:
            return self.plain(reply["status"], {"error": {"message": reply.get("error", "an error")}}, reply.get("headers"))
        if "raw" in reply:
            return self.plain(200, reply["raw"].encode(), None, reply.get("type", "text/event-stream"))
        self.stream(reply, (anthropic_events if anthropic else openai_events)(reply, reply.get("say", "")))

    def stream(self, reply, events):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        end = "\r\n" if reply.get("style") == "crlf" else "\n"
        sent = 0
        for kind, data in events:
            if "cut" in reply and sent >= reply["cut"]:
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return
            text = (f": keep going{end}{end}" if reply.get("style") == "comments" else "") + (f"event: {kind}{end}" if kind else "")
            text += f"data: {data if isinstance(data, str) else json.dumps(data)}{end}{end}"
            self.send_bytes(text.encode("utf-8", "surrogatepass"), reply.get("bytes"))
            sent += 1
        self.wfile.write(b"0\r\n\r\n")

    def send_bytes(self, data, size):
        for at in range(0, len(data), size or len(data)):
            part = data[at : at + (size or len(data))]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            if size:
                self.wfile.flush()


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script, journal):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.journal = journal
        self.used = {}
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def note(self, entry):
        with self.lock, open(self.journal, "a") as journal:
            journal.write(json.dumps(entry) + "\n")

    def next_reply(self, asked):
        with self.lock:
            for index, reply in enumerate(self.script):
                if reply.get("match", "") not in asked:
                    continue
                used = self.used.get(index, 0)
                if used >= reply.get("times", 1 << 30):
                    continue
                self.used[index] = used + 1
                return reply
        return None

    def close(self):
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    server = ModelServer(json.load(open(sys.argv[1])), sys.argv[2])
    print(server.url, flush=True)
    sys.stdin.read()
