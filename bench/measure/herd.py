"""A thousand clients that ask for one cold photo at once: how often the origin is asked, and how long
the last of them waits, beside a client that is alone and beside nginx's image_filter behind its
cache, which has a lock for this. Of ipx, which has no cache, the fetches are shown.

Where the miss is short a thousand answers take longer than it does, whoever gives them, so there the
wait is shown and not judged."""

import itertools
import os

import load
from distant_origin import DistantOrigin
from report import Must, Result

CLIENTS = 1_000
ALONE = 10  # Clients who are, one after the other.
# Originals, the seconds that the origin takes, and whether the wait is judged.
CASES = [("648x648", 0, False), ("648x648", 0.1, True)]
EDGE = 240
QUALITY = 80


def measure(servers, plan):
    results = []
    for source, seconds, judged in CASES:
        with DistantOrigin(servers.originals, seconds) as origin:
            where = f"{source}, {seconds * 1000:.0f} ms away" if seconds else source
            results += herd(servers, origin, source, where, judged, plan)
    return results


def herd(servers, origin, source, where, judged, plan):
    likeness = servers.likeness("--origin", origin.url("/{id}.jpg"))
    nginx = servers.cached_image_filter(origin, os.cpu_count())
    ipx = servers.ipx()
    names = {likeness: f"/photos/{source}%2F{{photo}}/HR{EDGE}x{EDGE}.jpg",
             nginx: f"/{QUALITY}/{EDGE}/{source}/{{photo}}.jpg",
             ipx: f"/fit_cover,f_jpeg,s_{EDGE}x{EDGE}/{origin.url('')}/{source}/{{photo}}.jpg"}
    numbers = itertools.count()
    fetches = {server: [] for server in names}

    def new_photo(server):
        number = next(numbers)
        photo = f"herd{number}-{number % servers.originals_of(source)}"
        return names[server].format(photo=photo)

    def together(server):
        before = origin.fetches
        paths = [new_photo(server)] * CLIENTS
        if server is ipx:  # It takes so long that it closes connections which wait for the others.
            times = load.ask_each(ipx, paths, CLIENTS)
        else:
            times = load.open_loop(servers.build, server, paths, CLIENTS)
        fetches[server].append(origin.fetches - before)
        return times

    def alone(server):
        """The mean of such clients' milliseconds."""
        times = load.open_loop(servers.build, server, [new_photo(server) for _ in range(ALONE)], 1)
        return 1000 / times.per_second

    alone(likeness)  # Whatever is set up once.
    alone(nginx)
    ours, lone, theirs, _ = load.interleaved(plan.rounds, [
        lambda: together(likeness), lambda: alone(likeness), lambda: together(nginx),
        lambda: together(ipx)])
    name = f"{CLIENTS} clients, one cold photo of {where}"
    peer = "nginx image_filter and cache"
    return [Result(f"{name}: fetches", "fetches", fetches[likeness], peer=fetches[nginx],
                   limit=[1] * plan.rounds, peer_name=peer, limit_name="one fetch",
                   must=Must("limit", at_most=1.0)),
            Result(f"{name}: fetches", "fetches", fetches[likeness], peer=fetches[ipx],
                   peer_name="ipx, no cache", digits=3),
            Result(f"{name}: 99 % wait at most", "ms", [times.waits[99] for times in ours],
                   peer=[times.waits[99] for times in theirs], limit=lone, peer_name=peer,
                   limit_name="a lone miss",
                   must=Must("limit", at_most=1.5) if judged else None)]
