"""How long the slowest answers take at a steady load: requests at planned moments
(bench/open_loop.cc), most for what is in memory and some for photos that nobody has asked for, beside
nginx's image_filter behind its cache.

Photos are asked for as often as their rank says (zipf, exponent 1), in four sizes. A cache that has
met 95 % of such requests for 100,000 photos has made 200,000 pictures, which takes longer than all
else here; so the popular ones are made before, and 95 % of the requests are for these. Both get the
same rate: 70 % of what the slower one can answer. At 70 % of what Likeness can, it is shown too.
"""

import bisect
import itertools
import os
import random

import load
from report import Must, Result, waits_figure

SOURCE = "648x648"
EDGES = [48, 96, 120, 240]
PHOTOS = 100_000
HITS = 0.95
LOAD = 0.7
BUSY = 32  # Connections that always ask, to see how much a server can do.
CONNECTIONS = 256
MOST = 80_000  # Requests of a round, so that there are photos left that nobody has asked for.
QUALITY = 80


class Requests:
    """The requests to one server. `path` makes the URL of a photo's name and an edge."""

    def __init__(self, path, originals, popular):
        self._path, self._originals = path, originals
        self._random = random.Random(1)
        self._sums = list(itertools.accumulate(1 / rank for rank in range(1, popular + 1)))
        self._rare = list(range(popular, PHOTOS))
        self._random.shuffle(self._rare)

    def _of(self, number, edge):
        return self._path(f"rank{number}-{number % self._originals}", edge)

    def popular(self):
        return [self._of(number, edge) for number in range(len(self._sums)) for edge in EDGES]

    def mixed(self, count):
        return [self._of(self._number(), self._random.choice(EDGES)) for _ in range(count)]

    def _number(self):
        if self._random.random() >= HITS:
            return self._rare.pop()
        return bisect.bisect(self._sums, self._random.random() * self._sums[-1])


def measure(servers, plan):
    origin = servers.origin()
    originals = servers.originals_of(SOURCE)
    likeness = servers.likeness("--origin", origin.url("/{id}.jpg"), "--memory-cache", "1GiB")
    nginx = servers.cached_image_filter(origin, os.cpu_count())
    asked = {
        likeness: Requests(lambda photo, edge: f"/photos/{SOURCE}%2F{photo}/HR{edge}x{edge}.jpg",
                           originals, plan.popular),
        nginx: Requests(lambda photo, edge: f"/{QUALITY}/{edge}/{SOURCE}/{photo}.jpg", originals,
                        plan.popular)}

    def capacity(server):
        return load.open_loop(servers.build, server, asked[server].mixed(plan.mixed), BUSY).per_second

    for server in asked:
        load.ask_each(server, asked[server].popular(), clients=8)
        capacity(server)  # Whatever is set up once.
    able = {server: min(capacity(server) for _ in range(2)) for server in asked}

    def steady(server, rate):
        count = min(int(rate * plan.steady), MOST)
        return lambda: load.open_loop(servers.build, server, asked[server].mixed(count), CONNECTIONS,
                                      rate)
    rate = LOAD * min(able.values())
    own = LOAD * able[likeness]
    ours, theirs, ours_at_own = load.interleaved(plan.rounds, [
        steady(likeness, rate), steady(nginx, rate), steady(likeness, own)])

    peer_name = f"nginx image_filter and cache, {rate:.0f} requests/s"

    def result(percentile, must=None):
        def beside(times, ours_rate, must):
            return Result(f"{percentile:g} % wait at most, {ours_rate:.0f} requests/s", "ms",
                          [one.waits[percentile] for one in times],
                          peer=[one.waits[percentile] for one in theirs], peer_name=peer_name,
                          must=must, digits=3)
        return [beside(ours, rate, must), beside(ours_at_own, own, None)]
    return [*result(50), *result(99), *result(99.9, Must("peer", at_most=1.0)),
            waits_figure("wait at a steady load, 95 % hits", {
                f"Likeness, {rate:.0f} requests/s": ours,
                f"Likeness, {own:.0f} requests/s": ours_at_own, peer_name: theirs})]
