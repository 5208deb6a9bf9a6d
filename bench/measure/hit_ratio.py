"""How often the memory cache hits on popular photos with scans between, beside LRU and Belady's policy,
which knows the future: see bench/hit_ratio.cc. Every round is another trace of the same kind; nothing
of it depends on the machine."""

import statistics

from processes import output_of
from report import Figure, Must, Result

JUDGED = [1, 10]  # Capacities, in percent of the bytes of all photos.
SIDES = ["Likeness", "LRU", "Belady"]


def hits(build, seed):
    """{capacity: hits of each side}, all in percent."""
    rows = output_of([build / "bench" / "hit_ratio", seed]).splitlines()
    return {capacity: sides for capacity, *sides in (map(float, row.split()) for row in rows)}


def measure(servers, plan):
    rounds = [hits(servers.build, seed) for seed in range(1, plan.rounds + 1)]

    def of(side, capacity):
        return [one[capacity][side] for one in rounds]

    def result(capacity):
        ours, peer, limit = (of(side, capacity) for side in range(len(SIDES)))
        return Result(f"hit ratio, memory for {capacity:g} % of all photos' bytes", "% of requests", ours,
                      peer=peer, limit=limit, peer_name="LRU", limit_name="Belady, who knows the future",
                      must=Must("peer", at_least=1.0), digits=3)

    def curve(side):
        return [(capacity, statistics.median(of(side, capacity))) for capacity in rounds[0]]
    return [*map(result, JUDGED),
            Figure("hit ratio of the memory cache, popular photos with scans between",
                   "% of requests, by capacity in % of all photos' bytes",
                   {name: curve(side) for side, name in enumerate(SIDES)}, "log")]
