"""Load on a server, and what it says about it."""

import concurrent.futures
import dataclasses
import http.client
import itertools
import pathlib
import re
import socket
import threading
import time
import urllib.error
import urllib.request

import usage
from processes import Failed, output_of


PATIENCE = 300  # How often a client asks again when the server is too busy.
WAITS = pathlib.Path(__file__).parent.parent / "wrk_waits.lua"


@dataclasses.dataclass(frozen=True)
class Rate:
    """Answers per second, and per second of the server's CPU: the second is steadier on a machine
    that does other things beside. `waits` as of Times."""
    per_second: float
    per_cpu_second: float
    waits: dict[float, float]


def get(url):
    """One answer's body and headers; anything but 200 is an error."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        body = answer.read()
        if answer.status != 200 or int(answer.headers["Content-Length"]) != len(body):
            raise Failed(f"{url}: {answer.status}, {len(body)} bytes")
        return body, answer.headers


def expect(url, status, headers=None):
    """One answer of a status that urllib takes for an error."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=30):
            raise Failed(f"{url}: not {status}")
    except urllib.error.HTTPError as answered:
        if answered.code != status:
            raise Failed(f"{url}: {answered.code}, not {status}") from answered


def answer(server, path):
    """The bytes of one answer as they come, head included."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        with client.makefile("rb") as stream:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += stream.readline()
            length = re.search(rb"\r\nContent-Length: (\d+)\r\n", head, re.I)[1]
            return head + stream.read(int(length))


def wrk(server, path, seconds):
    """32 persistent connections of two client threads, each asking again when it is answered. One
    thread is slower than a server here: it would be the client that is measured."""
    before = usage.cpu_seconds(server.pid)
    text = output_of(["wrk", "-t2", "-c32", f"-d{seconds}s", "-s", WAITS, server.url(path)])
    cpu = usage.cpu_seconds(server.pid) - before
    if "Non-2xx" in text or "Socket errors" in text:
        raise Failed(text)
    if cpu == 0:
        raise Failed(f"{server.url(path)} got no CPU: this machine is too busy to measure on")
    requests = int(re.search(r"(\d+) requests in", text)[1])
    return Rate(float(re.search(r"Requests/sec: +([\d.]+)", text)[1]), requests / cpu,
                _waits(re.findall(r"^wait (.*)$", text, re.M)))


def ab(server, path, count, options=(), plain=True):
    """Answers per second of the server's CPU, of `count` requests. As wrk(), by two processes that
    have half of them each; wrk itself waits for the body that a HEAD announces. `plain` is whether
    answers are expected to be 2xx."""
    command = ["ab", "-q", "-k", "-c", 16, "-n", count // 2, *options, server.url(path)]
    before = usage.cpu_seconds(server.pid)
    with concurrent.futures.ThreadPoolExecutor(2) as clients:
        texts = list(clients.map(output_of, [command] * 2))
    cpu = usage.cpu_seconds(server.pid) - before
    for text in texts:
        if ("Non-2xx" in text) == plain or not re.search(r"Failed requests: +0\n", text):
            raise Failed(text)
    return count / cpu


@dataclasses.dataclass(frozen=True)
class Times:
    """`waits` is {percentile: milliseconds that so many percent of the answers took at most}."""
    per_second: float
    waits: dict[float, float]


def _waits(lines):
    """Of lines of a percentile and its milliseconds."""
    return {percentile: milliseconds
            for percentile, milliseconds in (map(float, line.split()) for line in lines)}


def open_loop(build, server, paths, connections, rate=0):
    """Asks for each path once, at moments planned before; see bench/open_loop.cc."""
    printed = output_of([build / "bench" / "open_loop", server.port, connections, rate],
                        "".join(f"{path}\n" for path in paths))
    first, *lines = printed.splitlines()
    answers, failed, seconds = map(float, first.split())
    if failed:
        raise Failed(f"{failed:.0f} of {answers:.0f} answers of port {server.port} were no 200")
    return Times(answers / seconds, _waits(lines))


def redis_benchmark(server, command, count):
    """The same command over 32 connections: answers per second."""
    text = output_of(["redis-benchmark", "-p", server.port, "-c", 32, "-n", count, "--csv",
                      *command])
    # The last line: the command, its rate, latencies; all quoted.
    return float(text.strip().splitlines()[-1].split('","')[1])


def ask_each(server, paths, clients):
    """Asks for every path, `clients` at a time; each must be answered with a JPEG. Who is told that
    the server is too busy asks again a little later."""
    queue = iter(paths)
    lock = threading.Lock()
    wrong = []

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not wrong:
            with lock:
                path = next(queue, None)
            if path is None:
                break
            for _ in range(PATIENCE):
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 503:
                    break
                time.sleep(0.1)
            if answer.status != 200 or not body.startswith(b"\xff\xd8\xff"):
                wrong.append(f"{path}: {answer.status} {body[:200]!r}")
        connection.close()

    def guarded():
        try:
            run()
        except (OSError, http.client.HTTPException) as error:
            wrong.append(repr(error))

    threads = [threading.Thread(target=guarded) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise Failed(wrong[0])


def interleaved(rounds, sides):
    """What each side gives, round by round. Every round begins with another side, so that none has
    the better place."""
    results = [[] for _ in sides]
    for turn in range(rounds):
        for step in range(len(sides)):
            side = (turn + step) % len(sides)
            results[side].append(sides[side]())
    return results


class NewPhotos:
    """Names of photos that nobody has asked for before; see ORIGIN in servers.py."""

    def __init__(self, originals, folder=""):
        self._originals = originals
        self._folder = f"{folder}%2F" if folder else ""
        self._numbers = itertools.count()

    def paths(self, count, size):
        for number in itertools.islice(self._numbers, count):
            yield f"/photos/{self._folder}person{number}-{number % self._originals}/{size}.jpg"
