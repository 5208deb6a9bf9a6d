"""Misses of one size by the clock, all cores at work, beside others that make the same picture of the
same originals at the quality of miss_cpu.py. The client and the origin share the cores with the
servers; a loop has a process for each core and shares with nobody."""

import os

import load
from miss_cpu import EDGE, SOURCES
from pictures import Makers, side_by_the_clock
from report import Must, Result

CONNECTIONS = 16
MORE = 6  # Times the misses of miss_cpu.py, since a clock has to run for a while.


def measure(servers, plan):
    makers = Makers(servers, os.cpu_count())
    return [result for source, less, at_least in SOURCES
            for result in beside(servers, makers, source, MORE * plan.misses // less, plan, at_least)]


def beside(servers, makers, source, count, plan, at_least):
    originals = servers.originals_of(source)
    _, equals = makers.equals(source, EDGE, plan.looks)
    qualities = [quality for quality, *_ in equals]
    ours, limit, *theirs = load.interleaved(plan.rounds, [
        side_by_the_clock(maker, source, originals, EDGE, quality, count, CONNECTIONS)
        for maker, quality in zip([makers.ours, makers.alone, *makers.peers], [0, 0, *qualities])])

    limits = {"limit": limit, "limit_name": makers.alone.name}
    results = []
    for peer, quality, rates in zip(makers.peers, qualities, theirs):
        results.append(Result(f"miss, {source} to {EDGE}x{EDGE}, by the clock on all cores", "misses/s",
                              ours, peer=rates, peer_name=f"{peer.name} at quality {quality}",
                              must=Must("peer", at_least=at_least), **limits))
        limits = {}  # It is the same beside each peer.
    return results
