"""CPU per miss, all processes of Likeness together, beside a bare loop of vips_thumbnail_buffer and
vips_jpegsave_buffer over the same originals."""

import load
import usage
from processes import output_of
from report import Must, Result

SOURCE = "1600x1200"
EDGE = 240


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url(f"/{SOURCE}/{{id}}.jpg"), "--workers", "1",
                                "--image-workers", "1")
    photos = load.NewPhotos(servers.originals_of(SOURCE))

    def ours():
        before = usage.cpu_seconds(likeness.pid)
        load.ask_each(likeness, photos.paths(plan.misses, f"HR{EDGE}x{EDGE}"), clients=2)
        return (usage.cpu_seconds(likeness.pid) - before) * 1000 / plan.misses

    def loop():
        printed = output_of([servers.build / "bench" / "thumbnail_loop",
                             servers.originals / SOURCE, EDGE, plan.misses])
        return float(printed.split()[0]) / plan.misses

    ours()  # Whatever is set up once.
    rounds = load.interleaved(plan.rounds, [ours, loop])
    return [Result(f"CPU per miss, {SOURCE} to {EDGE}x{EDGE}", "ms", rounds[0], peer=rounds[1],
                   peer_name="vips_thumbnail_buffer loop",
                   must=Must("peer", at_most=1.0))]
