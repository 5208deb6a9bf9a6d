"""What everybody's pictures are like at the quality that they have without being asked: likeness to a
lossless picture, and bytes."""

from pictures import Makers
from report import Result

EDGES = [48, 96, 240]
SOURCES = ["648x648", "1600x1200"]
# Of nginx's image_filter, sharp and libvips, by their manuals.
DEFAULTS = [75, 80, 75]


def measure(servers, plan):
    makers = Makers(servers)
    return [result for source in SOURCES for edge in EDGES
            for result in beside(servers, makers, source, edge, plan)]


def beside(servers, makers, source, edge, plan):
    numbers = range(min(servers.originals_of(source), plan.looks))
    similarity, length = makers.quality_of(makers.ours, source, edge, 0, numbers)
    results = []
    for peer, quality in zip(makers.peers, DEFAULTS):
        theirs = makers.quality_of(peer, source, edge, quality, numbers)
        what = f"{source} to {edge}x{edge}, default quality"
        name = f"{peer.name} at quality {quality}"
        results += [Result(f"likeness, {what}", "mean SSIM", [similarity], peer=[theirs[0]],
                           peer_name=name, digits=4),
                    Result(f"bytes, {what}", "mean bytes", [length], peer=[theirs[1]],
                           peer_name=name)]
    return results
