"""The real servers that tests and the demo talk to, on loopback ports of their own.

git over HTTP is nginx, fcgiwrap and git's own git-http-backend; ssh is OpenSSH's sshd. scripts/setup unpacks them below
.deps/servers, so nothing is installed and no service is started on the machine. Each class starts its processes when it is made
and ends them when it is closed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / ".deps" / "servers"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_server(name):
    for directory in ("usr/sbin", "usr/bin"):
        candidate = UNPACKED / directory / name
        if candidate.exists():
            return str(candidate)
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        raise SystemExit(f"{name} is missing: run scripts/setup")
    return found


def wait_for(condition, what, process=None, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what} ended with status {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} is not ready after {seconds} s")
        time.sleep(0.005)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """Processes that end together."""

    def __init__(self):
        self.processes = []

    def start(self, command, log, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                try:
                    os.killpg(process.pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class GitHttpServer(Server):
    """Serves the bare repositories below `root` as smart HTTP at `url`; with `password`, only to that user."""

    def __init__(self, root, work, user=None, password=None, extra=""):
        super().__init__()
        work = Path(work)
        work.mkdir(parents=True, exist_ok=True)
        backend = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip() + "/git-http-backend"
        self.log = open(work / "log", "ab")
        auth = ""
        if password is not None:
            (work / "users").write_text(f"{user}:{{PLAIN}}{password}\n")
            auth = f'auth_basic "git"; auth_basic_user_file {work}/users; fastcgi_param REMOTE_USER $remote_user;'
        wrap = find_server("fcgiwrap")
        # A socket's path is short by nature; the working directory may be deep.
        fcgi_port = free_port()
        self.start([wrap, "-c", "8", "-s", f"tcp:127.0.0.1:{fcgi_port}"], self.log)
        for attempt in range(5):
            self.port = free_port()
            config = work / "nginx.conf"
            config.write_text(f"""
daemon off; master_process off; pid {work}/nginx.pid; error_log {work}/error.log notice;
events {{ worker_connections 256; }}
http {{
  access_log {work}/access.log;
  client_body_temp_path {work}/body; fastcgi_temp_path {work}/fastcgi; proxy_temp_path {work}/proxy;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  client_max_body_size 0; keepalive_timeout 5;
  server {{
    listen 127.0.0.1:{self.port};
    {extra}
    location / {{
      {auth}
      fastcgi_pass 127.0.0.1:{fcgi_port};
      fastcgi_buffering off;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param GIT_PROJECT_ROOT {root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HOME {work};
    }}
  }}
}}
""")
            nginx = self.start([find_server("nginx"), "-e", f"{work}/error.log", "-c", str(config)], self.log)
            try:
                wait_for(lambda: listens(self.port), "nginx", nginx)
                break
            except RuntimeError:
                if attempt == 4:
                    raise
        wait_for(lambda: listens(fcgi_port), "fcgiwrap", self.processes[0])
        self.access_log = work / "access.log"
        self.url = f"http://127.0.0.1:{self.port}"


class GitDaemon(Server):
    """Serves repositories below `root` by git:// at `url`."""

    def __init__(self, root, work):
        super().__init__()
        work = Path(work)
        work.mkdir(parents=True, exist_ok=True)
        self.log = open(work / "log", "ab")
        self.port = free_port()
        daemon = self.start(["git", "daemon", "--export-all", "--listen=127.0.0.1", f"--port={self.port}", f"--base-path={root}", "--reuseaddr"], self.log)
        wait_for(lambda: listens(self.port), "git daemon", daemon)
        self.url = f"git://127.0.0.1:{self.port}"


class SshServer(Server):
    """An sshd with a host key and one user key of its own; `command` is the ssh to reach it with."""

    def __init__(self, work):
        super().__init__()
        work = Path(work)
        work.mkdir(parents=True, exist_ok=True)
        work.chmod(0o700)
        for name in ("host", "user", "other"):
            if not (work / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / name)], check=True)
        shutil.copy(work / "user.pub", work / "authorized")
        self.port = free_port()
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        sessions = ""
        for option, name in (("SshdSessionPath", "sshd-session"), ("SshdAuthPath", "sshd-auth")):
            path = UNPACKED / "usr/lib/openssh" / name
            if path.exists():
                sessions += f"{option} {path}\n"
        (work / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {work}/host\nAuthorizedKeysFile {work}/authorized\nPidFile none\n"
            f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n{sessions}"
        )
        self.log = open(work / "log", "ab")
        sshd = self.start([find_server("sshd"), "-D", "-e", "-f", str(work / "sshd_config")], self.log)
        wait_for(lambda: listens(self.port), "sshd", sshd)
        host_key = (work / "host.pub").read_text().split()
        (work / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key[0]} {host_key[1]}\n")
        for name in ("user", "other"):
            (work / f"{name}_config").write_text(
                f"Host *\n  IdentityFile {work}/{name}\n  IdentitiesOnly yes\n  UserKnownHostsFile {work}/known_hosts\n  LogLevel ERROR\n"
            )
        self.command = f"ssh -F {work}/user_config"
        self.url = f"ssh://{subprocess.run(['id', '-un'], capture_output=True, text=True).stdout.strip()}@127.0.0.1:{self.port}"


def main():
    """servers.py git ROOT WORK: serve until stdin closes; prints the URL. For scripts."""
    kind, root, work = sys.argv[1:4]
    server = {"git": GitHttpServer, "daemon": GitDaemon}[kind](root, work)
    try:
        print(server.url, flush=True)
        sys.stdin.read()
    finally:
        server.close()


if __name__ == "__main__":
    main()
