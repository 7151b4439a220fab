#!/usr/bin/env python3
"""odd_server.py KIND [VALUE...] -- COMMAND...: runs a command beside a server that does not behave; `{}` in it is host:port, and `{{}}` is `{}` for a second
odd_server.py in the command.

What the server was asked lands in ./odd.log: method, path and the credential that came with it. The command's output is passed on
with the address as $ODD. Kinds:

  hang               accepts connections and never says a word        silent    accepts and closes
  garbage            the right content type, no git inside            html      a web page, status 200
  endless            a list of refs that never ends                   status N  that status, with a page
  redirect URL       to the same path below URL                       loop      to itself, for ever
  elsewhere URL      to URL as it stands                              ask       401, whatever comes along
  forward URL        passes everything on to URL                      cut URL N as forward, but the pack ends after N bytes
  stall URL N        as cut, but then nothing comes                   proxy     an HTTP proxy, CONNECT included
  tls URL DIRECTORY  as forward, over TLS with DIRECTORY/server.{key,crt}; tls-redirect likewise
  text WORDS         those bytes to whoever connects, then closes
"""

import base64
import http.client
import select
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
finished = threading.Event()


class Plain(socketserver.BaseRequestHandler):
    """hang, silent, text: no HTTP at all."""

    def handle(self):
        kind, *values = self.server.options
        if kind == "hang":
            finished.wait(60)
        elif kind == "text":
            self.request.recv(65536)
            self.request.sendall(values[0].encode().decode("unicode_escape").encode("latin1"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self):
        said = self.headers.get("Authorization", "")
        if said.startswith("Basic "):
            said = base64.b64decode(said[6:]).decode("utf-8", "replace")
        with open("odd.log", "a") as log:
            log.write(f"{self.command} {self.path} {said or 'anonymous'}\n")

    def handle_request(self):
        self.note()
        kind, *values = self.server.options
        page = b"<html><body>Welcome to our site</body></html>\n"
        if kind == "garbage":
            self.answer(200, [("Content-Type", ADVERTISEMENT)], b"this is no git server at all\n" * 100)
        elif kind == "html":
            self.answer(200, [("Content-Type", "text/html; charset=utf-8")], page)
        elif kind == "status":
            later = [("Retry-After", "30")] if values[0] == "429" else []
            self.answer(int(values[0]), [("Content-Type", "text/html"), *later], page)
        elif kind in ("redirect", "tls-redirect"):
            self.answer(302, [("Location", values[0] + self.path)])
        elif kind == "elsewhere":
            self.answer(302, [("Location", values[0])])
        elif kind == "loop":
            self.answer(302, [("Location", self.path)])
        elif kind == "ask":
            self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], page)
        elif kind == "endless":
            self.endless()
        elif kind == "proxy":
            target = urllib.parse.urlsplit(self.path)
            self.forward(target.netloc, target.path + ("?" + target.query if target.query else ""), None, "")
        else:
            limit = int(values[1]) if kind in ("cut", "stall") and self.command == "POST" else None
            self.forward(values[0].split("://")[1], self.path, limit, kind)

    do_GET = do_POST = handle_request

    def forward(self, host, path, limit, kind):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(host)
        passed_on = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "authorization", "accept", "content-encoding")}
        connection.request(self.command, path, body, passed_on)
        response = connection.getresponse()
        content = response.read()
        headers = [(k, v) for k, v in response.getheaders() if k.lower() in ("content-type", "www-authenticate", "location")]
        if limit is None or len(content) <= limit:
            return self.answer(response.status, headers, content)
        self.send_response(response.status)
        for name, value in [*headers, ("Content-Length", str(len(content)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:limit])
        self.wfile.flush()
        if kind == "stall":
            finished.wait(60)
        self.close_connection = True

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", ADVERTISEMENT)
        self.end_headers()
        self.close_connection = True
        lines = b"001e# service=git-upload-pack\n0000"
        number = 0
        try:
            while not finished.is_set():
                self.wfile.write(lines)
                batch = []
                for number in range(number, number + 4096):
                    line = b"%040x refs/heads/b%012d" % (number + 1, number)
                    line += b"\0shallow side-band-64k ofs-delta\n" if number == 0 else b"\n"
                    batch.append(b"%04x" % (len(line) + 4) + line)
                number += 1
                lines = b"".join(batch)
        except OSError:
            pass

    def do_CONNECT(self):
        self.note()
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as target:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            both = [self.connection, target]
            while not finished.is_set():
                for ready in select.select(both, [], [], 0.1)[0]:
                    piece = ready.recv(65536)
                    if not piece:
                        self.close_connection = True
                        return
                    (target if ready is self.connection else self.connection).sendall(piece)


class PlainServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that goes away is what half of these kinds are for


def main():
    split = sys.argv.index("--")
    options, command = sys.argv[1:split], sys.argv[split + 1 :]
    if options[0] in ("hang", "silent", "text"):
        server = PlainServer(("127.0.0.1", 0), Plain)
    else:
        server = Quiet(("127.0.0.1", 0), Handler)
    server.options = options
    if options[0].startswith("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{options[2]}/server.crt", f"{options[2]}/server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    port = server.server_address[1]
    host = f"127.0.0.1:{port}"
    words = [word.replace("{{}}", "\0").replace("{}", host).replace("\0", "{}") for word in command]
    done = subprocess.run(words, capture_output=True)
    finished.set()
    server.shutdown()
    for stream, text in ((sys.stdout, done.stdout), (sys.stderr, done.stderr)):
        text = text.decode("utf-8", "backslashreplace")
        stream.write(text.replace(host, "$ODD"))
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
