"""The nine sizes of HR clients of one photo by CPU time, asked for at once and one after another,
beside others that make the same pictures. They make each size of the original, at the quality of
miss_cpu.py."""

import load
from pictures import Makers, side
from report import Must, Result

EDGES = [48, 64, 96, 120, 240, 360, 432, 504, 648]
JUDGED = 240
OUR_QUALITY = 80  # Likeness's default.
# As in miss_cpu.py.
SOURCES = [("648x648", 6, 1.5), ("1600x1200", 10, 2.5), ("4000x3000", 15, 4)]


def measure(servers, plan):
    makers = Makers(servers)
    return [result for source, less, at_least in SOURCES
            for result in beside(servers, makers, source, plan.misses // less, plan, at_least)]


def beside(servers, makers, source, count, plan, at_least):
    originals = servers.originals_of(source)
    _, equals = makers.equals(source, JUDGED, plan.looks)
    qualities = [quality for quality, *_ in equals]
    at_once = len(EDGES)

    def nine(maker, quality, clients, *how):
        return side(maker, source, originals, EDGES, quality, count, clients, *how)
    ours, one_by_one, limit, *theirs = load.interleaved(plan.rounds, [
        nine(makers.ours, 0, at_once), nine(makers.ours, 0, 1),
        nine(makers.loop, OUR_QUALITY, 1, "once"),
        *(nine(peer, quality, at_once) for peer, quality in zip(makers.peers, qualities))])

    name = f"nine sizes of {source}, {{}}, by CPU time"
    limits = {"limit": limit, "limit_name": "one decode and nine encodes"}
    results = []
    for peer, quality, rates in zip(makers.peers, qualities, theirs):
        peers = {"peer": rates, "peer_name": f"{peer.name} at quality {quality}"}
        results += [Result(name.format("at once"), "photos/CPU s", ours, **peers, **limits,
                           must=Must("peer", at_least=at_least)),
                    Result(name.format("one by one"), "photos/CPU s", one_by_one, **peers, **limits)]
        limits = {}  # It is the same beside each peer.
    return results
