"""Puts the numbers of the results into the README's table.

Usage: python3 bench/measure/readme.py, at the tree's root.
"""

import json
import pathlib
import re
import sys

RESULTS = pathlib.Path("bench/results/latest.json")
README = pathlib.Path("README.md")
TABLE = re.compile(r"(\n## Speed\n.*?\n)(\|.*?\|\n)(?=\n)", re.DOTALL)
SIZES = ("648x648", "1600x1200", "4000x3000")


class Classes:
    """The results' classes by name and by whom they are beside."""

    def __init__(self, classes):
        self._classes = classes

    def ratio(self, name, beside):
        """Ours by theirs."""
        for one in self._classes:
            if not one["name"].startswith(name):
                continue
            for against in ("peer", "limit"):
                if (one[f"{against}_name"] or "").startswith(beside):
                    ratio = one[f"ratio_{against}"]
                    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
        raise KeyError(f"no class {name!r} beside {beside!r}")

    def ours(self, name):
        return self._of(name)["ours"]

    def theirs(self, name):
        return self._of(name)["peer"]

    def _of(self, name):
        return next(one for one in self._classes if one["name"].startswith(name))


def rows(classes, date):
    ratio = classes.ratio

    def each_size(name, beside):
        return ", ".join(ratio(name.format(size), beside) for size in SIZES)

    yield "What, by CPU time", "Beside", f"Ratio, {date}"
    yield "---", "---", "---"
    for size in ("3 kB", "30 kB"):
        hit = f"memory hit, {size}, by CPU time"
        yield (f"hits in memory, {size}",
               "nginx `proxy_cache`; Varnish; a bare reactor that only writes these bytes",
               "; ".join(ratio(hit, beside) for beside in ("nginx", "Varnish", "bare")))
    short = ("304", "HEAD", "no photo", "monogram")
    yield "; ".join(short), "our hit of 3 kB", "; ".join(ratio(name, "our memory hit")
                                                         for name in short)
    yield ("hits in Redis, nothing in memory, by the clock",
           "nginx `proxy_cache`; `redis-benchmark` with the same HMGET",
           "; ".join(ratio("Redis hit", beside) for beside in ("nginx", "redis-benchmark")))
    for name, what in (("miss, {} to 240x240, by CPU time",
                        "misses, 648, 1600 and 4000 pixels to 240x240, at equal SSIM"),
                       ("nine sizes of {}, at once",
                        "nine sizes of a photo at once, 648, 1600 and 4000 pixels")):
        yield what, "sharp", each_size(name, "sharp")
        yield "", "nginx `image_filter`", each_size(name, "nginx")
    yield ("bytes of such a miss, ours by theirs", "sharp; nginx `image_filter`",
           "; ".join(each_size("bytes, {} to 240x240", beside) for beside in ("sharp", "nginx")))
    yield ("the slowest of a thousand answers at a steady load", "nginx `image_filter` and cache",
           f"{ratio('99.9 % wait', 'nginx')} of its wait")
    cold = "1000 clients, one cold photo of 648x648, 100 ms away"
    yield ("1,000 clients at one cold photo, 100 ms away", "a lone miss",
           f"{classes.ours(cold + ': fetches'):.0f} fetch; "
           f"p99 {ratio(cold + ': 99 %', 'a lone miss')} of its wait")
    yield ("memory after 200,000 misses, after 1,000 large ones, 30 s later",
           "a full cache of 256 MiB and 120 MB",
           ", ".join(ratio(name, "a full cache") for name in (
               "memory after 200,000", "memory after a burst", "memory 30 s")))
    start = "start-up to the first hit in "
    yield (f"{start}Redis; in memory, after a miss", "a trivial server's first answer",
           "; ".join(f"{classes.ours(start + where):.0f} ms" for where in ("Redis", "memory"))
           + f"; {classes.theirs(start + 'Redis'):.0f} ms")


def main():
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    if results["quick"]:
        sys.exit(f"{RESULTS} is of a quick run, whose numbers are no more than a look")
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows(Classes(results["classes"]),
                                                               results["date"][:10]))
    readme, found = TABLE.subn(lambda match: match[1] + table, README.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"{README} has no table under Speed")
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
