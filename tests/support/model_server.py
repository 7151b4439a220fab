"""A model server for tests: it speaks the providers' real streams from a script, and refuses requests that no provider takes.

The script is a JSON list of replies, or {"key": the key to ask for, "tls": true, "bases": the paths that it serves
beside /v1, "replies": [...]}. The first reply whose `match` (text that the last user message holds; absent: any) fits answers; with
`times` only so often, then the next fitting one.

  what is answered
  say            the text, streamed in pieces of `piece` UTF-16 units (default 8): a character beyond the BMP can be split
  reasoning      reasoning before it
  finish         why it ends ("length", "max_tokens"); `usage`: false leaves the usage out
  whole          true: as one JSON object instead of a stream
  status, error  an HTTP error instead, of `kind`, with `headers`; $KEY in the text is the key that came
  fail           {after, kind, message}: an error inside the stream, behind that many pieces of text
  raw            the body as it stands, with `type` as its content type and `status`

  how it is sent
  bytes          the stream in TCP pieces of this many bytes, everything behind the head
  style          "crlf", "cr", "comments", "bom", "lines" (JSON over several data lines), "bare" (no blank behind the colon)
  length         true: with Content-Length; "close": ended by closing, as HTTP/1.0 does; absent: chunked
  cut            end the connection after this many pieces of text; 0: after the head
  drop           true: close without a single byte
  hold           keep silent after this many pieces of text until the client goes away; "head": before the first byte
  linger         true: keep the connection open behind the end of the stream

Every request is appended to the journal as a line of JSON. A request that breaks the rules of its wire is answered with 400 and a
reason: unknown keys, roles out of turn, blank messages, a missing header.
"""

import json
import select
import socket
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

OPENAI_KEYS = {"model", "messages", "stream", "stream_options", "temperature"}
ANTHROPIC_KEYS = {"model", "messages", "max_tokens", "system", "stream", "temperature"}


class Refused(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def without_duplicates(pairs):
    need(len({key for key, _ in pairs}) == len(pairs), "a key stands twice")
    return dict(pairs)


def check_common(body, headers, keys):
    need(headers.get("content-type") == "application/json", "content-type is not application/json")
    need(isinstance(body, dict), "the body is no object")
    need(set(body) <= keys, f"unknown keys {sorted(set(body) - keys)}")
    need(isinstance(body.get("model"), str) and body["model"], "model is missing")
    need(isinstance(body.get("messages"), list) and body["messages"], "messages are missing")
    need(body.get("stream") is True, "stream is not true")
    for message in body["messages"]:
        need(set(message) == {"role", "content"}, "a message has other keys than role and content")
        need(isinstance(message["content"], str) and message["content"].strip(), "a message is blank")


def check_roles(roles):
    for index, role in enumerate(roles):
        need(role == ("user", "assistant")[index % 2], f"role {role} at {index}: roles must alternate, user first")
    need(roles and roles[-1] == "user", "the last message must be the user's")


def check_openai(body, headers):
    check_common(body, headers, OPENAI_KEYS)
    need("anthropic-version" not in headers and "x-api-key" not in headers, "headers of another API")
    need(body.get("stream_options", {"include_usage": True}) == {"include_usage": True}, "stream_options")
    need(0 <= body.get("temperature", 0) <= 2, "temperature is not between 0 and 2")
    roles = [m["role"] for m in body["messages"]]
    check_roles(roles[1:] if roles[0] == "system" else roles)
    return headers.get("authorization", "").removeprefix("Bearer ")


def check_anthropic(body, headers):
    check_common(body, headers, ANTHROPIC_KEYS)
    need(headers.get("anthropic-version") == "2023-06-01", "anthropic-version is missing")
    need("authorization" not in headers, "headers of another API")
    need(isinstance(body.get("max_tokens"), int) and body["max_tokens"] > 0, "max_tokens is missing")
    need(0 <= body.get("temperature", 0) <= 1, "temperature is not between 0 and 1")
    for block in body.get("system", []):
        need(block["type"] == "text" and block["text"].strip(), "a system block is blank")
    check_roles([m["role"] for m in body["messages"]])
    return headers.get("x-api-key", "")


def pieces(text, size):
    # In UTF-16 units, as some servers cut: a character beyond the BMP can be split into its surrogates.
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2 * size):
        yield units[at : at + 2 * size].decode("utf-16-le", "surrogatepass")


def openai_usage(text):
    return {"prompt_tokens": 12, "completion_tokens": len(text.split()), "total_tokens": 12 + len(text.split()), "prompt_tokens_details": {"cached_tokens": 4}}


def openai_events(reply, text):
    """(whether it is a piece of the text, the SSE event's type, its data)"""
    size = reply.get("piece", 8)

    def chunk(delta, finish=None):
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield False, None, chunk({"role": "assistant", "content": ""})
    for piece in pieces(reply.get("reasoning", ""), size):
        yield False, None, chunk({"reasoning_content": piece})
    for piece in pieces(text, size):
        yield True, None, chunk({"content": piece})
    yield False, None, chunk({}, reply.get("finish", "stop"))
    if reply.get("usage", True):
        yield False, None, {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": openai_usage(text)}
    yield False, None, "[DONE]"


def anthropic_events(reply, text):
    size = reply.get("piece", 8)

    def event(kind, **members):
        return False, kind, {"type": kind, **members}

    usage = {"input_tokens": 12, "cache_read_input_tokens": 4, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "stop_reason": None}
    yield event("message_start", message={**message, **({"usage": usage} if reply.get("usage", True) else {})})
    yield event("ping")
    index = 0
    if reply.get("reasoning"):
        yield event("content_block_start", index=index, content_block={"type": "thinking", "thinking": ""})
        for piece in pieces(reply["reasoning"], size):
            yield event("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": piece})
        yield event("content_block_delta", index=index, delta={"type": "signature_delta", "signature": "c2ln"})
        yield event("content_block_stop", index=index)
        index += 1
    yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
    for piece in pieces(text, size):
        yield True, *event("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})[1:]
    yield event("content_block_stop", index=index)
    end = {"usage": {"output_tokens": len(text.split())}} if reply.get("usage", True) else {}
    yield event("message_delta", delta={"stop_reason": reply.get("finish", "end_turn")}, **end)
    yield event("message_stop")


def openai_whole(reply, text):
    message = {"role": "assistant", "content": text, **({"reasoning_content": reply["reasoning"]} if "reasoning" in reply else {})}
    return {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": reply.get("finish", "stop")}], "usage": openai_usage(text)}


def anthropic_whole(reply, text):
    thinking = [{"type": "thinking", "thinking": reply["reasoning"]}] if "reasoning" in reply else []
    return {"type": "message", "content": [*thinking, {"type": "text", "text": text}], "stop_reason": reply.get("finish", "end_turn"),
            "usage": {"input_tokens": 12, "output_tokens": len(text.split())}}


def error_body(anthropic, message, kind):
    if anthropic:
        return {"type": "error", "error": {"type": kind or "api_error", "message": message}}
    return {"error": {"message": message, "type": kind or "error", "param": None, "code": kind}}


def sse_text(kind, data, style):
    """One event as it stands on the wire."""
    end = {"crlf": "\r\n", "cr": "\r"}.get(style, "\n")
    colon = ":" if style == "bare" else ": "
    text = json.dumps(data, indent=1 if style == "lines" else None) if not isinstance(data, str) else data
    lines = ([f": keep going{end}"] if style == "comments" else []) + ([f"event{colon}{kind}"] if kind else [])
    return end.join([*lines, *(f"data{colon}{line}" for line in text.split("\n"))]) + end + end


class Gone(Exception):
    """The client has left, or is to be left."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = self.server.count_connection()

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.whole(200, {"ok": True})

    def whole(self, status, body, headers=None, kind="application/json"):
        data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        anthropic = self.path.endswith("/messages")
        try:
            body = json.loads(raw.decode("utf-8"), object_pairs_hook=without_duplicates)
            self.server.note({"path": self.path, "connection": self.number, "headers": headers, "body": body})
            if not any(self.path in (f"{base}/chat/completions", f"{base}/messages") for base in self.server.bases):
                return self.whole(404, "<html><body>Not Found</body></html>", None, "text/html")
            key = (check_anthropic if anthropic else check_openai)(body, headers)
        except (Refused, ValueError) as refused:
            return self.whole(400, error_body(anthropic, f"refused: {refused}", "invalid_request_error"))
        if self.server.key is not None and key != self.server.key:
            return self.whole(401, error_body(anthropic, f"the key {key} is wrong", "authentication_error" if anthropic else "invalid_api_key"))
        reply = self.server.next_reply(body["messages"][-1]["content"])
        if reply is None:
            return self.whole(500, error_body(anthropic, "the script has no reply for this", None))
        try:
            self.answer(reply, anthropic, key)
        except (Gone, OSError):
            self.close_connection = True

    def answer(self, reply, anthropic, key):
        if reply.get("drop"):
            self.connection.shutdown(socket.SHUT_RDWR)
            raise Gone
        if reply.get("hold") == "head":
            self.wait_until_gone()
        text = reply.get("say", "")
        if "raw" in reply:
            return self.whole(reply.get("status", 200), reply["raw"].replace("$KEY", key), reply.get("headers"), reply.get("type", "text/event-stream"))
        if "status" in reply:
            message = reply.get("error", "an error").replace("$KEY", key)
            kind = reply.get("kind", "invalid_request_error" if anthropic and reply["status"] == 400 else None)
            return self.whole(reply["status"], error_body(anthropic, message, kind), reply.get("headers"))
        if reply.get("whole"):
            return self.whole(200, (anthropic_whole if anthropic else openai_whole)(reply, text), None, "application/json; charset=utf-8")
        self.stream(reply, anthropic, (anthropic_events if anthropic else openai_events)(reply, text), key)

    def stream(self, reply, anthropic, events, key):
        length, style = reply.get("length"), reply.get("style")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        if length is True:
            events = list(events)
            size = sum(len(sse_text(kind, data, style).encode()) for _, kind, data in events) + (3 if style == "bom" else 0)
            self.send_header("Content-Length", str(size))
        elif length == "close":
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if style == "bom":
            self.send(b"\xef\xbb\xbf", reply)
        shown = 0
        for is_text, kind, data in events:
            self.end_early(reply, anthropic, shown, key)
            self.send(sse_text(kind, data, style).encode(), reply)
            shown += is_text
        if reply.get("linger"):
            self.wait_until_gone()
        if length is None:
            self.wfile.write(b"0\r\n\r\n")

    def end_early(self, reply, anthropic, shown, key):
        if reply.get("cut") == shown:
            self.connection.shutdown(socket.SHUT_RDWR)
            raise Gone
        if reply.get("hold") == shown:
            self.wait_until_gone()
        fail = reply.get("fail")
        if fail and fail.get("after", 0) == shown:
            body = error_body(anthropic, fail["message"].replace("$KEY", key), fail.get("kind"))
            self.send(sse_text("error" if anthropic else None, body, reply.get("style")).encode(), reply)
            self.wfile.write(b"0\r\n\r\n")
            raise Gone

    def send(self, data, reply):
        if "length" not in reply:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        size = reply.get("bytes") or len(data)
        for at in range(0, len(data), size):
            self.wfile.write(data[at : at + size])

    def wait_until_gone(self):
        select.select([self.connection, self.server.closing], [], [])
        raise Gone


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, script, journal):
        super().__init__(("127.0.0.1", 0), Handler)
        options = script if isinstance(script, dict) else {"replies": script}
        self.replies = options["replies"]
        self.key = options.get("key")
        self.bases = ["/v1", *options.get("bases", [])]
        self.journal = Path(journal)
        self.used = {}
        self.connections = 0
        self.lock = threading.Lock()
        self.closing, self.closer = socket.socketpair()
        port = self.server_address[1]
        self.url = f"http://127.0.0.1:{port}"
        if options.get("tls"):
            self.url = f"https://localhost:{port}"
            self.socket = self.tls_context().wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def tls_context(self):
        """With a certificate for localhost that nobody trusts; it stands beside the journal as cert.pem."""
        certificate, key = self.journal.with_name("cert.pem"), self.journal.with_name("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def handle_error(self, request, client_address):
        pass  # a client that does not trust the certificate, or that left

    def count_connection(self):
        with self.lock:
            self.connections += 1
            return self.connections

    def note(self, entry):
        with self.lock, open(self.journal, "a") as journal:
            journal.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def next_reply(self, asked):
        with self.lock:
            for index, reply in enumerate(self.replies):
                if reply.get("match", "") not in asked:
                    continue
                used = self.used.get(index, 0)
                if used >= reply.get("times", 1 << 30):
                    continue
                self.used[index] = used + 1
                return reply
        return None

    def close(self):
        self.closer.close()
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    server = ModelServer(json.load(open(sys.argv[1])), sys.argv[2])
    print(server.url, flush=True)
    sys.stdin.read()
