"""From the start of a process to its first hit, beside a trivial server's first answer: a Redis that
has the photo is what a restart finds. Without it the first hit is in memory, after a miss."""

import contextlib
import subprocess
import time

import load
from processes import Failed, free_port
from report import Must, Result
from servers import settings_free

ALLOWED = 150  # Milliseconds.
SIZE = "HR48x48.jpg"


@contextlib.contextmanager
def started(command):
    """A process, from its start until it has said where it listens; it is stopped at the end."""
    with subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, env=settings_free()) as process:
        try:
            for line in process.stdout:
                if line.startswith("ready "):
                    yield line.split()[1]
                    return
            raise Failed(f"{command[0]} did not get ready")
        finally:
            process.terminate()


def milliseconds(command, use):
    """From before the start to after `use` of the server's URL."""
    before = time.monotonic()
    with started(command) as url:
        use(url)
        return (time.monotonic() - before) * 1000


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
    with_redis = [*settings, "--redis", f"redis://127.0.0.1:{redis.port}"]
    photo = f"/photos/person-0/{SIZE}"
    load.get(servers.likeness(*with_redis).url(photo))
    serve = [servers.build / "likeness", "serve", "--listen", "127.0.0.1:0"]
    trivial = [servers.build / "bench" / "hello_server"]

    in_redis, in_memory, limit = load.interleaved(plan.starts, [
        lambda: milliseconds([*serve, *with_redis], hit([photo], "detail=redis")),
        lambda: milliseconds([*serve, *settings], hit([photo, photo], "detail=memory")),
        lambda: milliseconds([*trivial, free_port()], load.get)])

    def result(name, ours):
        return Result(name, "ms", ours, peer=limit, limit=[ALLOWED] * plan.starts,
                      peer_name="a trivial server's first answer", limit_name=f"{ALLOWED} ms",
                      must=Must("limit", at_most=1.0))
    return [result("start-up to the first hit in Redis", in_redis),
            result("start-up to the first hit in memory, its miss included", in_memory)]
