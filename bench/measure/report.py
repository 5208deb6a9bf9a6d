"""Results: as a table and a page for people, and as JSON for programs."""

import dataclasses
import datetime
import json
import os
import platform
import statistics
import subprocess

import plots


@dataclasses.dataclass(frozen=True)
class Must:
    """What a class has to reach: a bound of the ratio to the peer or to the limit."""
    against: str  # "peer" or "limit".
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self):
        if self.at_least is not None:
            return f">= {self.at_least:g} x {self.against}"
        return f"<= {self.at_most:g} x {self.against}"

    def held(self, ratio):
        return ratio >= self.at_least if self.at_least is not None else ratio <= self.at_most


@dataclasses.dataclass(frozen=True)
class Result:
    """One class. Lists hold a number per round; rounds at one index were run side by side."""
    name: str
    unit: str
    ours: list[float]
    peer: list[float] | None = None
    limit: list[float] | None = None
    peer_name: str = ""
    limit_name: str = ""
    must: Must | None = None
    digits: int = 2  # Of its ratios, for people.

    def ratios(self, against):
        """Ours by theirs, round by round: what slows a round slows both its sides."""
        theirs = getattr(self, against)
        return [a / b for a, b in zip(self.ours, theirs)] if theirs else None

    @property
    def held(self):
        if self.must is None:
            return None
        return self.must.held(statistics.median(self.ratios(self.must.against)))


@dataclasses.dataclass(frozen=True)
class Figure:
    """Lines: `series` is {name: [(x, y), …]}. `x` and `y` name scales of plots.py."""
    title: str
    unit: str
    series: dict[str, list[tuple[float, float]]]
    x: str = "minutes"
    y: str = "linear"


def waits_figure(title, sides):
    """`sides` is {name: [load.Times or load.Rate of each round]}."""
    def curve(rounds):
        return [(percentile, _median([one.waits[percentile] for one in rounds]))
                for percentile in rounds[0].waits if percentile < 100]
    return Figure(title, "ms that so many percent of the answers took at most",
                  {name: curve(rounds) for name, rounds in sides.items()}, "percentile", "log")


def _with_spread(ratios, digits):
    if len(ratios) == 1:
        return f"{ratios[0]:.{digits}f}"
    middle, low, high = (f"{ratio:.{digits}f}"
                         for ratio in (statistics.median(ratios), min(ratios), max(ratios)))
    return f"{middle} ({low} to {high})"


def table(results):
    rows = [("class", "against", "ratio (lowest to highest round)", "must", "held")]
    for result in results:
        for against, name in (("peer", result.peer_name), ("limit", result.limit_name)):
            if not getattr(result, against):
                continue
            judged = result.must is not None and result.must.against == against
            rows.append((result.name, name, _with_spread(result.ratios(against), result.digits),
                         str(result.must) if judged else "",
                         ("yes" if result.held else "NO") if judged else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _median(numbers):
    return round(statistics.median(numbers), 4) if numbers else None


def _as_json(result):
    return {
        "name": result.name,
        "ours": _median(result.ours),
        "peer": _median(result.peer),
        "limit": _median(result.limit),
        "ratio_peer": _median(result.ratios("peer")),
        "ratio_limit": _median(result.ratios("limit")),
        "must": str(result.must) if result.must else None,
        "held": result.held,
        "unit": result.unit,
        "peer_name": result.peer_name or None,
        "limit_name": result.limit_name or None,
        "rounds": {"ours": result.ours, "peer": result.peer, "limit": result.limit},
    }


def _first_line(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def _machine():
    model = _first_line(["sh", "-c", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"])
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "load_average": [round(load, 2) for load in os.getloadavg()]}


def write(results, figures, folder, quick):
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "classes": [_as_json(result) for result in results],
        "figures": [dataclasses.asdict(figure) for figure in figures],
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "quick": quick,
        "commit": _first_line(["git", "describe", "--always", "--dirty"]),
        "machine": _machine(),
        "versions": {
            "nginx": _first_line(["nginx", "-v"]),
            "varnish": _first_line(["varnishd", "-V"]),
            "redis": _first_line(["redis-server", "--version"]),
            "wrk": _first_line(["wrk", "-v"]),
            "node": "node " + _first_line(["node", "--version"]),
            "vips": "vips " + _first_line(["pkg-config", "--modversion", "vips"]),
        },
    }
    soak = folder / "soak.json"
    page = plots.bench_page(document, json.loads(soak.read_text()) if soak.exists() else None)
    text = json.dumps(document, indent=2) + "\n"
    for name, content in ((f"{document['date'][:10]}.json", text), ("latest.json", text),
                          ("latest.html", page)):
        new = folder / f"{name}.tmp"
        new.write_text(content, encoding="utf-8")
        new.replace(folder / name)
