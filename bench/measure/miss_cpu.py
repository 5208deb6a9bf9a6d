"""Misses of one size by CPU time, all processes of a server together, beside others that make the
same picture of the same originals: at the highest quality at which theirs are still within .001 of
ours in mean SSIM, and then ours must have no more bytes. The limit is our imaging job alone, in one
process (bench/render_loop.cc)."""

import load
from pictures import Makers, side
from report import Must, Result

EDGE = 240
# Originals, how many of them a round takes of the plan's, and how much faster we must be.
SOURCES = [("648x648", 1, 1.6), ("1600x1200", 2, 1.3), ("4000x3000", 6, 1.25)]


def measure(servers, plan):
    makers = Makers(servers)
    return [result for source, less, at_least in SOURCES
            for result in beside(servers, makers, source, plan.misses // less, plan, at_least)]


def beside(servers, makers, source, count, plan, at_least):
    originals = servers.originals_of(source)
    (similarity, length), equals = makers.equals(source, EDGE, plan.looks)
    qualities = [quality for quality, *_ in equals]
    ours, limit, *theirs = load.interleaved(plan.rounds, [
        side(maker, source, originals, [EDGE], quality, count, 2)
        for maker, quality in zip([makers.ours, makers.alone, *makers.peers], [0, 0, *qualities])])

    limits = {"limit": limit, "limit_name": makers.alone.name}
    results = []
    what = f"{source} to {EDGE}x{EDGE}"
    for peer, (quality, their_similarity, their_length), rates in zip(makers.peers, equals, theirs):
        name = f"{peer.name} at quality {quality}"
        results += [
            Result(f"miss, {what}, by CPU time", "misses/CPU s", ours, peer=rates, peer_name=name,
                   must=Must("peer", at_least=at_least), **limits),
            Result(f"likeness, {what}", "mean SSIM", [similarity], peer=[their_similarity],
                   peer_name=name, digits=4),
            Result(f"bytes, {what}", "mean bytes", [length], peer=[their_length], peer_name=name,
                   must=Must("peer", at_most=1.0), digits=3)]
        limits = {}  # It is the same beside each peer.
    return results
