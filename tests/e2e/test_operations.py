"""What operators load into Prometheus and Grafana speaks of metrics that there are, and the page that
tells what to do speaks of all of them."""

import json
import os
import pathlib
import re
import subprocess

from support import case

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALERTS = ROOT / "config" / "prometheus" / "alerts.yml"
ALERTS_TEST = ROOT / "tests" / "config" / "alerts_test.yml"
DASHBOARD = ROOT / "config" / "grafana" / "likeness.json"
OPERATING = ROOT / "docs" / "operating.md"


def promtool(*arguments, text=None):
    """What it has to say, where it is not content."""
    # In another zone its test files mean other times.
    done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True,
                          timeout=120, check=False, env=dict(os.environ) | {"TZ": "UTC"})
    return "" if done.returncode == 0 and not done.stderr else done.stdout + done.stderr


def metrics_in(text):
    return set(re.findall(r"\blikeness_[a-z0-9_]+", text))


def expressions(panels):
    for panel in panels:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def anchor(title):
    """As repositories' web pages make one of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


class Operations(case.Case):
    def setUp(self):
        origin = self.start_origin()
        origin.put("ada", case.wide_photo())
        origin.put("broken", status=500)
        origin.put("junk", b"no picture" * 9)
        self.server = self.start_likeness(origin=origin, redis=self.start_redis())
        for photo in ("ada", "ada", "broken", "junk", "nobody"):
            self.server.get(f"/photos/{photo}")
        self.page = self.server.get("/metrics").body.decode()
        types = re.findall(r"^# TYPE (\w+) (\w+)$", self.page, re.MULTILINE)
        self.families = {name for name, _ in types}
        self.samples = self.families | {
            name + tail for name, kind in types if kind == "histogram"
            for tail in ("_bucket", "_sum", "_count")}

    def test_promtool_has_no_complaint_about_the_metrics(self):
        self.assertEqual(promtool("check", "metrics", text=self.page), "")
        self.assertNotEqual(promtool("check", "metrics", text="likeness_total_x 1\n"), "")

    def test_the_dashboard_shows_metrics_that_there_are(self):
        dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
        asked = list(expressions(dashboard["panels"]))
        self.assertGreater(len(asked), 50)
        for title, expression in asked:
            with self.subTest(f"{title}: {expression}"):
                self.assertTrue(metrics_in(expression))
                self.assertEqual(metrics_in(expression) - self.samples, set())
        shown = {name for _, expression in asked for name in metrics_in(expression)}
        bases = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
        self.assertEqual(self.families - bases, set(), "metrics that no panel shows")

    def test_the_dashboards_panels_stand_beside_each_other(self):
        dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
        panels = dashboard["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for place in (panel["gridPos"] for panel in panels):
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(taken & cells, place)
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells

    def test_promql_of_the_dashboard_can_be_read(self):
        dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
        rules = [{"record": f"likeness:panel_{number}",
                  "expr": expression.replace("$__rate_interval", "5m")}
                 for number, (_, expression) in enumerate(expressions(dashboard["panels"]))]
        file = pathlib.Path(self.enterContext(case.temporary_folder())) / "rules.yml"
        # JSON is YAML.
        file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
        self.assertEqual(promtool("check", "rules", "--lint=none", str(file)), "")

    def test_the_alerts_are_rules_and_fire_when_they_should(self):
        self.assertEqual(promtool("check", "rules", str(ALERTS)), "")
        self.assertEqual(promtool("test", "rules", str(ALERTS_TEST)), "")

    def test_the_alerts_watch_metrics_that_there_are(self):
        text = ALERTS.read_text(encoding="utf-8")
        self.assertGreater(len(metrics_in(text)), 15)
        self.assertEqual(metrics_in(text) - self.samples, set())

    def test_every_alert_is_tested_and_says_what_to_do(self):
        text = ALERTS.read_text(encoding="utf-8")
        alerts = re.split(r"- alert: ", text)[1:]
        headings = re.findall(r"^#+ (.+)$", OPERATING.read_text(encoding="utf-8"), re.MULTILINE)
        sections = {anchor(heading) for heading in headings}
        tested = ALERTS_TEST.read_text(encoding="utf-8")
        for alert in alerts:
            name = alert.split()[0]
            with self.subTest(name):
                for word in ("severity:", "summary:", "description:"):
                    self.assertIn(word, alert)
                self.assertIn(f'alertname="{name}"', tested)
                runbook = re.search(r"runbook: docs/operating\.md#(\S+)", alert)
                self.assertIn(runbook[1], sections)

    def test_the_operators_page_names_every_metric_and_alert_and_no_other(self):
        text = OPERATING.read_text(encoding="utf-8")
        self.assertEqual(self.families - metrics_in(text), set(), "metrics that it leaves out")
        self.assertEqual(metrics_in(text) - self.samples, set(), "metrics that there are not")
        alerts = set(re.findall(r"- alert: (\w+)", ALERTS.read_text(encoding="utf-8")))
        self.assertEqual(set(re.findall(r"\bLikeness[A-Z]\w+", text)), alerts)


if __name__ == "__main__":
    case.run()
