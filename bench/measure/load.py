"""Load on a server, and what it says about it."""

import dataclasses
import http.client
import itertools
import re
import threading
import urllib.request

import usage
from processes import Failed, output_of


@dataclasses.dataclass(frozen=True)
class Rate:
    """Answers per second, and per second of the server's CPU: the second is steadier on a machine
    that does other things beside."""
    per_second: float
    per_cpu_second: float


def get(url):
    """One answer's body and headers; anything but 200 is an error."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        body = answer.read()
        if answer.status != 200 or int(answer.headers["Content-Length"]) != len(body):
            raise Failed(f"{url}: {answer.status}, {len(body)} bytes")
        return body, answer.headers


def wrk(server, path, seconds):
    """32 persistent connections of one client thread, each asking again when it is answered."""
    before = usage.cpu_seconds(server.pid)
    text = output_of(["wrk", "-t1", "-c32", f"-d{seconds}s", server.url(path)])
    cpu = usage.cpu_seconds(server.pid) - before
    if "Non-2xx" in text or "Socket errors" in text:
        raise Failed(text)
    requests = int(re.search(r"(\d+) requests in", text)[1])
    return Rate(float(re.search(r"Requests/sec: +([\d.]+)", text)[1]), requests / cpu)


def redis_benchmark(server, command, count):
    """The same command over 32 connections: answers per second."""
    text = output_of(["redis-benchmark", "-p", server.port, "-c", 32, "-n", count, "--csv",
                      *command])
    # The last line: the command, its rate, latencies; all quoted.
    return float(text.strip().splitlines()[-1].split('","')[1])


def ask_each(server, paths, clients):
    """Asks for every path once, `clients` at a time; each must be answered with a JPEG."""
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
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
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


class NewPhotos:
    """Names of photos that nobody has asked for before; see ORIGIN in servers.py."""

    def __init__(self, originals):
        self._originals = originals
        self._numbers = itertools.count()

    def paths(self, count, size):
        for number in itertools.islice(self._numbers, count):
            yield f"/photos/person{number}-{number % self._originals}/{size}.jpg"
