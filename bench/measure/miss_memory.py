"""Resident memory after many distinct misses, and a moment later."""

import time

import load
import usage
from report import Must, Result

MIB = 1024 * 1024
CACHE = 256 * MIB
ALLOWANCE = 120_000_000  # For everything but the cache, all processes together.
REST = 10  # Seconds.


def resident(server):
    """In MiB: the main process, and all processes."""
    sizes = [usage.resident_bytes(pid) / MIB for pid in usage.tree(server.pid)]
    return sizes[0], sum(sizes)


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url("/648x648/{id}.jpg"), "--memory-cache",
                                str(CACHE))
    photos = load.NewPhotos(servers.originals_of("648x648"))
    load.ask_each(likeness, photos.paths(plan.distinct, "HR48x48"), clients=8)
    looks = [("", resident(likeness))]
    time.sleep(REST)
    looks.append((f", {REST} s later", resident(likeness)))

    results = []
    limit = [(CACHE + ALLOWANCE) / MIB]
    for when, (main, everything) in looks:
        name = f"RSS after {plan.distinct} misses{when}"
        results.append(Result(f"{name}, main process", "MiB", [main], limit=[CACHE / MIB],
                              limit_name="the memory cache's capacity"))
        results.append(Result(f"{name}, all processes", "MiB", [everything], limit=limit,
                              limit_name="that capacity and 120 MB",
                              must=Must("limit", at_most=1.0)))
    return results
