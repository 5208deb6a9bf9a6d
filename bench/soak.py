"""What bench/soak.sh does: load, faults, samples, and a verdict. The processes are those of the
end-to-end tests."""

import argparse
import bisect
import collections
import contextlib
import datetime
import itertools
import json
import os
import pathlib
import random
import signal
import statistics
import sys
import threading
import time

import plots
from support import images
from support.http_client import Connection
from support.origin import Origin
from support.processes import Likeness, Redis
from usage import resident_bytes, tree

RESULTS = pathlib.Path(__file__).resolve().parent / "results"
PHOTOS = 3_000
SIZES = ("HR48x48", "HR96x96", "HR240x240", "HR96x96.webp")
CLIENTS = 4
PAUSE = 0.004  # Between two requests of a client, so that the machine is busy and not full.
FAULT_EVERY = 10  # Seconds.
# Memory that is small enough to be full within a minute, so that what grows after that is a leak.
SETTINGS = {"memory__capacity_bytes": "32MiB", "redis__command_timeout": "150ms",
            "redis__reconnect_max": "500ms", "redis__max_unheard": "2s", "origin__timeout": "2s", "origin__connect_timeout": "1s",
            "origin__breaker_pause": "200ms", "origin__breaker_max_pause": "500ms",
            "freshness__photo_ttl": "60s", "freshness__min_ttl": "1s", "freshness__failure_ttl": "1s",
            "freshness__no_photo_ttl": "20s", "access__admin_token": "soak", "log__level": "error",
            "imaging__recycle_after_jobs": "2000"}


class Zipf:
    """Photos by popularity: the n-th is asked for as often as 1/n."""

    def __init__(self, count, seed):
        self._random = random.Random(seed)
        self._sums = list(itertools.accumulate(1 / n for n in range(1, count + 1)))

    def pick(self):
        return bisect.bisect(self._sums, self._random.random() * self._sums[-1])


class Client(threading.Thread):
    """Asks without end, and judges every answer."""

    def __init__(self, world, number):
        super().__init__()
        self.world, self.number = world, number
        self.random, self.zipf = random.Random(number), Zipf(PHOTOS, number)
        self.tags = {}

    def run(self):
        link = None
        while not self.world.over.is_set():
            proxy = self.world.proxies[self.random.randrange(2)]
            try:
                link = Connection(proxy.address)
                for _ in range(200):
                    if self.world.over.is_set():
                        break
                    self.ask(link)
                    time.sleep(PAUSE)
            except (OSError, AssertionError) as error:
                self.world.wrong.append(f"connection: {error!r}")
            finally:
                if link:
                    link.close()

    def ask(self, link):
        photo, kind = self.zipf.pick(), self.random.random()
        target = f"/photos/p{photo}/{SIZES[self.random.randrange(len(SIZES))]}"
        if kind < 0.03:
            target = f"/photos/nobody{photo}/HR48x48"
        headers = {}
        if kind > 0.8 and target in self.tags:
            headers["If-None-Match"] = self.tags[target]
        started = time.monotonic()
        answer = link.ask(target, headers)
        self.world.times.append(time.monotonic() - started)
        self.world.statuses[answer.status] += 1
        if why := self.judge(target, answer, headers):
            self.world.wrong.append(f"{target}: {answer.status} {why}, after {self.world.fault}")
        if answer.status == 200:
            self.tags[target] = answer["ETag"]

    def judge(self, target, answer, headers):
        if answer.status == 304:
            return "" if headers else "to no condition"
        if answer.status == 404:
            return "" if "nobody" in target else "of a photo that there is"
        if answer.status != 200:
            # An origin that fails, and nothing at hand.
            return "" if answer.status in (502, 503, 504) and self.world.origin_fails else "no fault"
        width, height = answer.size
        edge = int(target.rsplit("HR", 1)[1].split("x")[0])
        form = "webp" if target.endswith("webp") else "jpeg"
        return "" if images.size_of(answer.body) == (form, width, height) == (form, edge, edge) else "size"


class World:
    def __init__(self, stack):
        self.bodies = [images.jpeg(images.plain(400 + i, 400 + i, colour), options="Q=80")
                       for i, colour in enumerate((images.RED, images.GREEN, images.BLUE))]
        self.redis = stack.enter_context(Redis())
        self.origin = stack.enter_context(Origin(make=self.make))
        self.proxies = [stack.enter_context(Likeness(self.origin, redis=self.redis, **SETTINGS))
                        for _ in range(2)]
        self.over = threading.Event()
        self.origin_fails = False
        self.fault = "none"
        self.times, self.wrong = collections.deque(), []
        self.statuses = collections.Counter()
        self.turn = 0

    def make(self, name):
        if name.startswith("nobody"):
            return None
        return self.bodies[(int(name[1:]) + self.turn) % len(self.bodies)]

    # The faults. Each ends by itself.

    def redis_dies(self):
        self.redis.kill()
        time.sleep(2)
        self.redis.start()

    def redis_sleeps(self):
        self.redis.signal(signal.SIGSTOP)
        time.sleep(2)
        self.redis.signal(signal.SIGCONT)

    def origin_dies(self):
        self.origin_fails = True
        self.origin.stop()
        time.sleep(3)
        self.origin.start()
        time.sleep(2)  # What was remembered of it is over.
        self.origin_fails = False

    def workers_die(self):
        for proxy in self.proxies:
            for pid in proxy.image_workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def photos_change(self):
        self.turn += 1
        for i in range(0, 200):
            self.proxies[i % 2].get(f"/admin/photos/p{i}", {"Authorization": "Bearer soak"},
                                    method="DELETE")

    def everything_is_purged(self):
        self.proxies[0].get("/admin/purge", {"Authorization": "Bearer soak"}, method="POST",
                            body=b'{"everything": true}')

    def settings_are_reloaded(self):
        for proxy in self.proxies:
            proxy.signal(signal.SIGHUP)

    def clients_leave(self):
        for i in range(300):
            with Connection(self.proxies[i % 2].address) as link:
                link.send(f"GET /photos/p{PHOTOS + i}/HR240x240 HTTP/1.1\r\nHost: x\r\n\r\n".encode())


FAULTS = (World.redis_dies, World.photos_change, World.origin_dies, World.workers_die,
          World.redis_sleeps, World.settings_are_reloaded, World.everything_is_purged,
          World.clients_leave)


def sample(world, began):
    times = sorted(world.times)
    world.times.clear()
    def at(share):
        return times[min(len(times) - 1, int(len(times) * share))] * 1e3 if times else None
    pids = [proxy.pid for proxy in world.proxies]
    return {"second": round(time.monotonic() - began),
            "answers": len(times), "p50": at(.5), "p99": at(.99),
            "resident": [resident_bytes(pid) for pid in pids],
            "workers": [sum(map(resident_bytes, tree(pid)[1:])) for pid in pids],
            "descriptors": [len(os.listdir(f"/proc/{pid}/fd")) for pid in pids]}


def growth(samples, read):
    """The last quarter's median by the second quarter's: the first one fills the caches."""
    quarter = len(samples) // 4
    early, late = samples[quarter:2 * quarter], samples[3 * quarter:]
    return statistics.median(map(read, late)) / statistics.median(map(read, early))


def watch(world, minutes):
    samples, faults = [], []
    began = time.monotonic()

    def break_things():
        for fault in itertools.cycle(FAULTS):
            if world.over.wait(FAULT_EVERY):
                return
            world.fault = fault.__name__
            faults.append({"second": round(time.monotonic() - began), "fault": world.fault})
            fault(world)

    breaker = threading.Thread(target=break_things)
    breaker.start()
    while time.monotonic() - began < minutes * 60:
        time.sleep(1)  # The unit of the plots.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # A worker that just ended.
            samples.append(sample(world, began))
    world.over.set()
    breaker.join()
    return samples, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    minutes = parser.parse_args().minutes
    with contextlib.ExitStack() as stack:
        world = World(stack)
        clients = [Client(world, i) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        samples, faults = watch(world, minutes)
        for client in clients:
            client.join()
    grown = {"resident memory": growth(samples, lambda one: sum(one["resident"])),
             "descriptors": growth(samples, lambda one: sum(one["descriptors"])),
             "p50": growth(samples, lambda one: one["p50"] or 0)}
    report = {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
              "minutes": minutes, "statuses": dict(world.statuses), "wrong": world.wrong[:20],
              "wrong_count": len(world.wrong), "growth": grown, "faults": faults, "samples": samples}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "soak.json").write_text(json.dumps(report, separators=(",", ":")) + "\n", encoding="utf-8")
    (RESULTS / "soak.html").write_text(plots.soak_page(report), encoding="utf-8")
    print(f"{minutes:g} minutes, {sum(world.statuses.values())} answers {dict(world.statuses)}, "
          f"{len(faults)} faults, {len(world.wrong)} wrong answers {world.wrong[:3] or ''}")
    for name, ratio in grown.items():
        print(f"{name}: last quarter {ratio:.2f} of the second quarter")
    flat = grown["resident memory"] <= 1.10 and grown["descriptors"] <= 1.25
    return 0 if flat and not world.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
