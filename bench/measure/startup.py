"""From the start of a process to its first hit, beside a trivial server's first answer: a Redis that
has the photo is what a restart finds. Without it the first hit is in memory and comes after a miss,
for which a worker has to load libvips: shown, but no must."""

import socket
import subprocess
import time

import load
from processes import Failed, free_port
from report import Must, Result
from servers import settings_free

ALLOWED = 150  # Milliseconds.
SIZE = "HR48x48.jpg"


def wait_for(process, port):
    """Until the process listens there."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if process.poll() is not None:
                raise Failed(f"{process.args[0]} did not start") from None
            time.sleep(.001)


def milliseconds(command, port, use):
    """From before the start to after `use` of the server's URL, as soon as it listens."""
    before = time.monotonic()
    with subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, env=settings_free()) as process:
        try:
            wait_for(process, port)
            use(f"http://127.0.0.1:{port}")
            return (time.monotonic() - before) * 1000
        finally:
            process.terminate()


def hit(paths, detail):
    """Asks for each path; the last one must be a hit of the kind that Cache-Status names."""
    def ask(url):
        for path in paths:
            _, headers = load.get(url + path)
        if detail not in headers["Cache-Status"]:
            raise Failed(f"{paths[-1]} is no hit: {headers['Cache-Status']}")
    return ask


def measure(servers, plan):
    origin = servers.origin()
    redis = servers.redis()
    settings = ["--origin", origin.url("/648x648/{id}.jpg"), "--log-level", "warn"]
    with_redis = ["--redis", f"redis://127.0.0.1:{redis.port}"]
    photo = f"/photos/person-0/{SIZE}"
    load.get(servers.likeness(*settings, *with_redis).url(photo))
    likeness = [servers.build / "likeness", "serve", *settings]
    trivial = [servers.build / "bench" / "hello_server"]

    def serve(extra, use):
        port = free_port()
        return milliseconds([*likeness, "--listen", f"127.0.0.1:{port}", *extra], port, use)

    def serve_trivially():
        port = free_port()
        return milliseconds([*trivial, port], port, load.get)

    in_redis, in_memory, limit = load.interleaved(plan.starts, [
        lambda: serve(with_redis, hit([photo], "detail=redis")),
        lambda: serve([], hit([photo, photo], "detail=memory")),
        serve_trivially])

    def result(name, ours, must):
        return Result(name, "ms", ours, peer=limit, limit=[ALLOWED] * plan.starts,
                      peer_name="a trivial server's first answer", limit_name=f"{ALLOWED} ms",
                      must=must)
    return [result("start-up to the first hit in Redis", in_redis, Must("limit", at_most=1.0)),
            result("start-up to the first hit in memory, its miss included", in_memory, None)]
