"""Plots as SVG within one self-contained page. `plots.py RESULTS.json` prints the page of older results.
"""

import html
import json
import math
import pathlib
import statistics
import sys

WIDTH, HEIGHT, LEFT, BOTTOM = 860, 220, 60, 24
COLOURS = ("#2563eb", "#d97706", "#059669", "#7c3aed", "#dc2626")

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem;
  color: #1f2937; background: #fff }}
svg {{ width: 100%; height: auto; font-size: 11px }}
svg text {{ fill: currentColor }}
.axis {{ stroke: currentColor; stroke-opacity: .3 }}
.spread {{ stroke: currentColor; stroke-width: 1.5 }}
.missed {{ color: #dc2626; font-weight: bold }}
.fault {{ stroke: #9ca3af; stroke-dasharray: 2 3 }}
figure {{ margin: 2rem 0 }}
figcaption span {{ margin-right: 1rem; white-space: nowrap }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .8rem; text-align: left }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e5e7eb; background: #111827 }} }}
</style>
<h1>{title}</h1>
{body}
</html>
"""


def page(title, body):
    return PAGE.format(title=html.escape(title), body=body)


def _nice(value):
    """The next round number at or above."""
    step = 1.0
    while step * 10 < value:
        step *= 10
    while step > value and step > 1e-9:
        step /= 10
    return next(step * factor for factor in (1, 2, 3, 4, 5, 6, 8, 10, 20) if step * factor >= value)


# Scales. Each takes all numbers of a direction, and gives a function from a number to its place, 0 to
# 1, and (number, label) of those that are marked.

def _even(most, shares, label):
    return lambda number: number / most, [(most * share, label(most * share)) for share in shares]


def _minutes(numbers):
    """Of seconds."""
    return _even(max(numbers, default=0) or 1, (0, .25, .5, .75, 1), lambda x: f"{x / 60:.1f} min")


def _linear(numbers):
    return _even(_nice(max(numbers, default=0) or 1), (0, .5, 1), lambda y: f"{y:g}")


def _log(numbers):
    """Of positive numbers, from a power of ten to another one."""
    low, high = math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))
    return (lambda number: (math.log10(number) - low) / max(high - low, 1),
            [(10.0 ** power, f"{10.0 ** power:g}") for power in range(low, high + 1)])


def _percentile(numbers):
    """Below 100: as much room for each nine after the first one."""
    def nines(number):
        return -math.log10(1 - number / 100)
    most = max(numbers)
    return (lambda number: nines(number) / nines(most),
            [(mark, f"{mark:g} %") for mark in (0, 50, 90, 99, 99.9, 99.99) if mark <= most])


SCALES = {"minutes": _minutes, "linear": _linear, "log": _log, "percentile": _percentile}


def lines(title, unit, series, marks=(), x="minutes", y="linear"):
    """A figure: `series` is {name: [(x, y), …]}, `marks` are vertical lines at x; `x` and `y` name
    scales. A y of None is left out."""
    shown = {name: [point for point in points if point[1] is not None]
             for name, points in series.items()}
    every = [point for points in shown.values() for point in points]
    across, x_labels = SCALES[x]([point[0] for point in every])
    up, y_labels = SCALES[y]([point[1] for point in every])

    def place_x(number):
        return LEFT + across(number) * (WIDTH - LEFT - 30)

    def place_y(number):
        return HEIGHT - BOTTOM - up(number) * (HEIGHT - BOTTOM - 10)

    parts = []
    for number, label in y_labels:
        at = place_y(number)
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - 30}" y1="{at:.1f}" y2="{at:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    for number, label in x_labels:
        parts.append(f'<text x="{place_x(number):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{label}'
                     '</text>')
    for mark in marks:
        parts.append(f'<line class="fault" x1="{place_x(mark):.1f}" x2="{place_x(mark):.1f}" y1="10" '
                     f'y2="{HEIGHT - BOTTOM}"/>')
    for points, colour in zip(shown.values(), COLOURS):
        path = " ".join(f"{'L' if i else 'M'}{place_x(point[0]):.1f} {place_y(point[1]):.1f}"
                        for i, point in enumerate(points))
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2"/>')
    keys = " ".join(f'<span style="color:{colour}">{html.escape(name)}</span>'
                    for name, colour in zip(series, COLOURS))
    return (f"<figure><figcaption><b>{html.escape(title)}</b>, {html.escape(unit)}: {keys}</figcaption>"
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">'
            f'{"".join(parts)}</svg></figure>')


def bars(title, unit, rows):
    """A figure of horizontal bars: `rows` are (name, [a number per round], note). A bar is as long as
    the median, the line in it spans all rounds."""
    left, right, each = 250, 190, 24
    most = _nice(max(max(numbers) for _, numbers, _ in rows))
    height = each * len(rows) + 4

    def place(value):
        return left + value / most * (WIDTH - left - right)

    parts = []
    for i, (name, numbers, note) in enumerate(rows):
        top, middle = i * each + 4, statistics.median(numbers)
        colour = COLOURS[i % len(COLOURS)]
        y = top + each / 2 - 3
        parts.append(
            f'<text x="{left - 8}" y="{top + 13}" text-anchor="end">{html.escape(name)}</text>'
            f'<rect x="{left}" y="{top}" width="{place(middle) - left:.1f}" height="{each - 6}" '
            f'fill="{colour}" fill-opacity=".75"/>'
            f'<line class="spread" x1="{place(min(numbers)):.1f}" x2="{place(max(numbers)):.1f}" '
            f'y1="{y}" y2="{y}"/>'
            f'<text x="{place(max(numbers)) + 8:.1f}" y="{top + 13}">{_short(middle)} '
            f'{html.escape(note)}</text>')
    return (f"<figure><figcaption><b>{html.escape(title)}</b>, {html.escape(unit)}</figcaption>"
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">'
            f'{"".join(parts)}</svg></figure>')


def _short(value):
    """Four digits, and more only before the point."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def soak_page(report):
    return page("Soak", _soak(report))


def _soak(report):
    """What bench/soak.sh measured, from its JSON: a verdict, and plots over time."""
    samples = report["samples"]
    marks = [fault["second"] for fault in report["faults"]]

    def each(read):
        return [(one["second"], read(one)) for one in samples]

    mib = 1024 * 1024
    figures = [
        lines("Resident memory", "MiB; dashed lines are faults",
              {f"proxy {i + 1}": each(lambda one, i=i: one["resident"][i] / mib) for i in (0, 1)}
              | {f"workers of {i + 1}": each(lambda one, i=i: one["workers"][i] / mib) for i in (0, 1)},
              marks),
        lines("Open descriptors", "of the proxies",
              {f"proxy {i + 1}": each(lambda one, i=i: one["descriptors"][i]) for i in (0, 1)}, marks),
        lines("Latency, median", "ms", {"p50": each(lambda one: one["p50"])}, marks),
        lines("Latency, 99 %", "ms", {"p99": each(lambda one: one["p99"])}, marks),
        lines("Answers", "a second", {"answers": each(lambda one: one["answers"])}, marks),
    ]
    rows = "".join(f"<tr><td>{html.escape(name)}</td><td>{ratio:.2f}</td></tr>"
                   for name, ratio in report["growth"].items())
    statuses = ", ".join(f"{count} x {status}" for status, count in sorted(report["statuses"].items()))
    return (f"<p>{report['date']}: {report['minutes']:g} minutes, {len(marks)} faults, "
            f"answers {statuses}; {report['wrong_count']} wrong.</p>"
            f"<table><tr><th>last quarter by second quarter</th><th></th></tr>{rows}</table>"
            + "".join(figures))


def bench_page(document, soak=None):
    """What bench/run.sh measured, from its JSON, and below it the last soak, from its own. Classes of
    one name share their figure."""
    groups = {}
    for one in document["classes"]:
        groups.setdefault(one["name"], []).append(one)
    rows, figures = [], []
    for name, group in groups.items():
        sides = [("Likeness", group[0]["rounds"]["ours"], "")]
        for one in group:
            for against in ("peer", "limit"):
                if (ratio := one[f"ratio_{against}"]) is None:
                    continue
                theirs = one[f"{against}_name"]
                sides.append((theirs, one["rounds"][against], f"(ours: {_short(ratio)} x)"))
                rows.append(_bench_row(one, against))
        figures.append(bars(name, group[0]["unit"], sides))
    figures += [lines(one["title"], one["unit"], one["series"], x=one["x"], y=one["y"])
                for one in document.get("figures", [])]
    machine, versions = document["machine"], document["versions"]
    about = (f"{document['date']}, {document['commit']}{', a quick look' if document['quick'] else ''}: "
             f"{machine['cores']} x {machine['cpu'].strip()}, Linux {machine['kernel']}; "
             + ", ".join(versions.values()))
    return page("Likeness beside its peers",
                f"<p>{html.escape(about)}.</p><p>Medians of interleaved rounds; the lines span all "
                "rounds. Only the ratios mean something on another machine.</p>"
                "<table><tr><th>class</th><th>beside</th><th>ratio</th><th>must be</th><th></th></tr>"
                + "".join(rows) + "</table>" + "".join(figures)
                + (f"<h2>Soak</h2>{_soak(soak)}" if soak else ""))


def _bench_row(one, against):
    judged = (one["must"] or "").endswith(against)
    must = html.escape(one["must"].split(" x ")[0]) if judged else ""
    verdict = ("held" if one["held"] else "missed") if judged else ""
    return (f"<tr><td>{html.escape(one['name'])}</td><td>{html.escape(one[f'{against}_name'])}</td>"
            f"<td>{_short(one[f'ratio_{against}'])}</td><td>{must}</td>"
            f'<td class="{verdict}">{verdict}</td></tr>')


if __name__ == "__main__":
    print(bench_page(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))), end="")
