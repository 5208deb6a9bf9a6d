"""Resident memory after many distinct misses, after a burst of large ones, and a moment later."""

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
    likeness = servers.likeness("--origin", origin.url("/{id}.jpg"), "--memory-cache",
                                str(CACHE))
    looks = []

    def look(when, count, source, size, clients):
        photos = load.NewPhotos(servers.originals_of(source), source)
        load.ask_each(likeness, photos.paths(count, size), clients)
        looks.append((when, resident(likeness)))
        time.sleep(REST)
        looks.append((f"{when}, {REST} s later", resident(likeness)))

    look(f"after {plan.distinct} misses", plan.distinct, "648x648", "HR48x48", clients=8)
    look(f"after a burst of {plan.burst}", plan.burst, "1600x1200", "HR648x648", clients=32)

    results = []
    limit = [(CACHE + ALLOWANCE) / MIB]
    for when, (main, everything) in looks:
        name = f"RSS {when}"
        results.append(Result(f"{name}, main process", "MiB", [main], limit=[CACHE / MIB],
                              limit_name="the memory cache's capacity"))
        results.append(Result(f"{name}, all processes", "MiB", [everything], limit=limit,
                              limit_name="that capacity and 120 MB",
                              must=Must("limit", at_most=1.0)))
    return results
