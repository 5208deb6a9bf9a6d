"""The processes under test: likeness, and the redis-server beside it.

Each has a folder of its own, free ports, and is ended by its process id. They are context managers.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.parse

from support.http_client import Connection
from support.waiting import DEADLINE, wait_until

BINARY = os.environ.get("LIKENESS_BINARY", "")
# Built with a sanitizer, which takes memory of its own and is slow.
SANITIZED = os.environ.get("LIKENESS_SANITIZED") == "1"


class Process:
    """A child process with its output in files."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"likeness-e2e-{name}-")
        self.child = None
        self.ended = False  # As the test wanted.

    def spawn(self, command, environment=None, **more):
        with contextlib.ExitStack() as stack:
            out, err = (stack.enter_context(open(self.path(name), "ab")) for name in ("out", "err"))
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                          env=environment, cwd=self.folder, **more)
        self.ended = False

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        self.ended = True
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def wait(self):
        """Waits for the process to end, and gives its exit code."""
        self.ended = True
        try:
            return self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.last_words()}") from None

    def stop(self):
        """Ends the process as a service manager would. An end before or a bad one is a failure."""
        if self.child is None or self.ended:
            return
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)  # It may have been stopped by a test.
            self.child.terminate()
        code = self.wait()
        assert code == 0, f"exit code {code}:\n{self.last_words()}"

    def last_words(self):
        return self.read("err")[-5000:]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)


class Likeness(Process):
    """`likeness serve`. Settings are named as in the file, with "__" for the dot:
    Likeness(origin=url, freshness__photo_ttl="1s")."""

    def __init__(self, origin="folder:.", redis="none", listen=("127.0.0.1:0",), arguments=(),
                 environment=None, binary=BINARY, **settings):
        super().__init__("server")
        self.binary = binary
        # Two loops, so that photos asked for on one and owned by the other are the normal case.
        settings = {"http__workers": 2, "imaging__workers": 2, "log__level": "debug"} | settings
        self.arguments = ["serve"]
        if origin:
            self.arguments += ["--origin", getattr(origin, "template", origin)]
        if redis:
            self.arguments += ["--redis", getattr(redis, "url", redis)]
        for address in listen:
            self.arguments += ["--listen", address]
        for name, value in settings.items():
            if value is not None:  # One of the above that is not wanted.
                self.arguments += ["--set", f"{name.replace('__', '.')}={value}"]
        self.arguments += arguments
        self.environment = dict(os.environ) | (environment or {})

    def start(self):
        self.launch([self.binary] + self.arguments)
        wait_until(self._is_up, "the line 'ready …'")
        self.urls = re.findall(r"^ready (\S+)$", self.read("out"), re.MULTILINE)
        self.address = address_of(self.urls[0])

    def launch(self, command):
        self.spawn(command, self.environment)

    def _is_up(self):
        if self.child.poll() is not None:
            raise AssertionError(f"exit code {self.child.returncode}:\n{self.last_words()}")
        return re.search(r"^ready \S+\n", self.read("out"), re.MULTILINE)

    @property
    def pid(self):
        return self.child.pid

    def connect(self):
        return Connection(self.address)

    def get(self, target, headers=None, **more):
        """One request on a connection of its own."""
        with self.connect() as connection:
            return connection.ask(target, headers, **more)

    def metrics(self):
        return parse_metrics(self.get("/metrics").body.decode())

    def metric(self, name, **labels):
        """The sum of a metric's samples that have these labels; there must be such a metric."""
        wanted = set(labels.items())
        text = self.get("/metrics").body.decode()
        family = re.sub(r"_(bucket|count|sum)$", "", name)
        assert f"# TYPE likeness_{family} " in text, f"no metric is called likeness_{name}"
        return sum(value for (key, having), value in parse_metrics(text).items()
                   if key == "likeness_" + name and wanted <= set(having))

    def image_workers(self):
        """Process ids of the living imaging workers."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
            found = file.read().split()
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(FileNotFoundError), open(
                    f"/proc/{self.pid}/task/{task}/children", encoding="ascii") as file:
                found += file.read().split()
        return sorted({int(pid) for pid in found})


def address_of(url):
    if url.startswith("unix:"):
        return url.removeprefix("unix:")
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def parse_metrics(text):
    """{(name, ((label, value), …)): number} of a Prometheus page without odd label values."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"([a-z_:]+)(?:\{(.*)\})? (\S+)", line).groups()
        pairs = tuple(re.findall(r'(\w+)="([^"]*)"', labels or ""))
        assert (name, pairs) not in samples, f"twice: {line}"
        samples[name, pairs] = float(value)
    return samples


class Redis(Process):
    """A redis-server that keeps nothing on disk, on a free TCP port and a unix socket."""

    def __init__(self, password=None, options=()):
        super().__init__("redis")
        self.options = options
        self.socket = self.path("redis.sock")
        self.password = password
        self.port = free_port()
        secret = f":{password}@" if password else ""
        self.url = f"redis://{secret}127.0.0.1:{self.port}/0"
        self.unix_url = f"unix:{self.socket}"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket",
                   self.socket, "--save", "", "--appendonly", "no", "--dir", self.folder, *self.options]
        if self.password:
            command += ["--requirepass", self.password]
        self.spawn(command)
        wait_until(self._answers, "redis-server")

    def _answers(self):
        assert self.child.poll() is None, self.read("out")
        with contextlib.suppress(OSError, EOFError):
            return self.command("PING") == "PONG"
        return False

    def command(self, *words):
        """One command on a connection of its own: text, a number, None, or a list of these."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(DEADLINE)
            link.connect(self.socket)
            with link.makefile("rwb") as stream:
                if self.password:
                    _send_command(stream, ("AUTH", self.password))
                    _read_reply(stream)
                _send_command(stream, words)
                return _read_reply(stream)

    def fields(self, photo):
        """The names of what Redis has of a photo."""
        return set(self.command("HKEYS", f"likeness:{photo}"))


def _send_command(stream, words):
    parts = [f"*{len(words)}\r\n"] + [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    stream.write("".join(parts).encode())
    stream.flush()


def _read_reply(stream):
    line = stream.readline()
    if not line:
        raise EOFError
    kind, rest = line[:1], line[1:].strip().decode()
    if kind == b"-":
        raise AssertionError(f"redis: {rest}")
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode("latin-1")
    if kind == b"*":
        return [_read_reply(stream) for _ in range(int(rest))]
    return rest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_likeness(*arguments, environment=None):
    """Runs the program to its end."""
    return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=DEADLINE, check=False,
                          env=dict(os.environ) | (environment or {}))
