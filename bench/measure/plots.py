"""Plots as SVG within one self-contained page."""

import html
import statistics

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


def lines(title, unit, series, marks=()):
    """A figure: `series` is {name: [(x, y), …]} with x in seconds, `marks` are vertical lines at x."""
    points = [point for values in series.values() for point in values if point[1] is not None]
    most_x = max((x for x, _ in points), default=1) or 1
    most_y = _nice(max((y for _, y in points), default=1) or 1)

    def place(x, y):
        return (LEFT + x / most_x * (WIDTH - LEFT - 10),
                HEIGHT - BOTTOM - y / most_y * (HEIGHT - BOTTOM - 10))

    parts = []
    for share in (0, .5, 1):
        _, y = place(0, most_y * share)
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most_y * share:g}</text>')
    for share in (0, .25, .5, .75, 1):
        x, _ = place(most_x * share, 0)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">'
                     f'{most_x * share / 60:.1f} min</text>')
    for mark in marks:
        x, top = place(mark, most_y)
        parts.append(f'<line class="fault" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" '
                     f'y2="{HEIGHT - BOTTOM}"/>')
    for (name, values), colour in zip(series.items(), COLOURS):
        path = " ".join(f"{'L' if i else 'M'}{place(*point)[0]:.1f} {place(*point)[1]:.1f}"
                        for i, point in enumerate(p for p in values if p[1] is not None))
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2"/>')
    keys = "".join(f'<text x="{LEFT + 10 + 150 * i}" y="14" style="fill:{colour}">{html.escape(name)}</text>'
                   for i, (name, colour) in enumerate(zip(series, COLOURS)))
    return (f"<figure><figcaption><b>{html.escape(title)}</b>, {html.escape(unit)}</figcaption>"
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">'
            f'{"".join(parts)}{keys}</svg></figure>')


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
