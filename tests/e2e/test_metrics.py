"""The page for Prometheus: well-formed, complete, and right."""

import re

from support import case
from support.processes import parse_metrics

# What operators' dashboards rely on.
NAMES = {
    "requests_total": "counter",
    "request_duration_seconds": "histogram",
    "response_body_bytes_total": "counter",
    "forwarded_answers_broken_total": "counter",
    "flights": "gauge",
    "imaging_jobs_queued": "gauge",
    "imaging_workers": "gauge",
    "imaging_workers_busy": "gauge",
    "imaging_jobs_total": "counter",
    "imaging_job_duration_seconds": "histogram",
    "imaging_errors_total": "counter",
    "imaging_worker_crashes_total": "counter",
    "imaging_worker_timeouts_total": "counter",
    "memory_cache_bytes": "gauge",
    "memory_cache_evictions_total": "counter",
    "memory_cache_hits_total": "counter",
    "memory_cache_misses_total": "counter",
    "redis_command_duration_seconds": "histogram",
    "redis_errors_total": "counter",
    "redis_connections": "gauge",
    "origin_fetch_duration_seconds": "histogram",
    "origin_errors_total": "counter",
    "origin_fetches_in_flight": "gauge",
    "connections_open": "gauge",
    "connections_accepted_total": "counter",
    "bad_requests_total": "counter",
    "received_bytes_total": "counter",
    "sent_bytes_total": "counter",
    "resident_memory_bytes": "gauge",
    "uptime_seconds": "gauge",
    "build_info": "gauge",
}


class Metrics(case.Case):
    def setUp(self):
        self.redis = self.start_redis()
        self.origin = self.start_origin()
        self.origin.put("ada", case.wide_photo())
        self.server = self.start_likeness(origin=self.origin, redis=self.redis)

    def test_every_metric_has_its_type_and_its_help(self):
        answer = self.server.get("/metrics")
        self.assertEqual(answer["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual(answer["Cache-Control"], "no-store")
        text = answer.body.decode()
        self.assertTrue(text.endswith("\n"))
        types = dict(re.findall(r"^# TYPE likeness_(\w+) (\w+)$", text, re.MULTILINE))
        self.assertEqual(NAMES.items() - types.items(), set())
        self.assertEqual(set(types), set(re.findall(r"^# HELP likeness_(\w+) \S.*\.$", text,
                                                    re.MULTILINE)))

    def test_probes_answer_plain_text(self):
        for target in ("/healthz", "/readyz"):
            self.assertEqual(self.server.get(target)["Content-Type"], "text/plain; charset=utf-8")

    def test_samples_follow_their_families(self):
        self.server.get("/photos/ada")
        family, kind, seen = "", "", set()
        for line in self.server.get("/metrics").body.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, family, kind = line.split()
                self.assertNotIn(family, seen)
                seen.add(family)
            elif not line.startswith("#"):
                name = re.match(r"\w+", line)[0]
                tails = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
                self.assertIn(name, [family + tail for tail in tails])

    def test_histograms_add_up(self):
        for _ in range(5):
            self.server.get("/photos/ada")
        samples = self.server.metrics()
        counts = [key for key in samples if key[0].endswith("_duration_seconds_count")]
        self.assertTrue(counts)
        for name, labels in counts:
            base = name.removesuffix("_count")
            buckets = [value for (key, having), value in samples.items()
                       if key == base + "_bucket" and set(labels) <= set(having)]
            self.assertEqual(buckets, sorted(buckets))
            self.assertEqual(buckets[-1], samples[name, labels])
            self.assertGreaterEqual(samples[base + "_sum", labels], 0)

    def test_requests_are_counted_by_what_became_of_them(self):
        rows = (
            ("/photos/ada/HR64x64", {}, "web", 200, "fetched"),
            ("/photos/ada/HR64x64", {}, "web", 200, "memory"),
            ("/photos/ada/HR64x64", {"If-None-Match": "*"}, "web", 304, "memory"),
            ("/photos/ada/HR96x96", {}, "web", 200, "rendered"),
            ("/photos/ada/meta", {}, "web", 200, "memory"),
            ("/photos/nobody", {}, "web", 404, "negative"),
            ("/photos/ada/HRx", {}, "web", 400, "none"),
            ("/nowhere", {}, "other", 404, "none"),
            ("/ucwa/v1/applications/1/people/ada/contactPhoto", {}, "ucwa", 200, "rendered"),
            ("/api/beta/me/contacts('ada')/photo", {}, "outlook", 200, "memory"),
            ("/healthz", {}, "health", 200, "none"),
            ("/metrics", {}, "metrics", 200, "none"),
        )
        for target, headers, route, status, cache in rows:
            with self.subTest(f"{target} {cache}"):
                labels = {"route": route, "status": str(status), "cache": cache}
                before = self.server.metric("requests_total", **labels)
                self.server.get(target, headers)
                # The page that is being written does not count itself, but the one before.
                grown = self.server.metric("requests_total", **labels) - before
                self.assertEqual(grown, 2 if route == "metrics" else 1)

    def test_the_other_numbers_move(self):
        fresh = self.server.metrics()
        answer = self.server.get("/photos/ada/HR64x64")
        case.wait_until(lambda: "meta" in self.redis.fields("ada"), "the record")
        self.origin.put("broken", status=500)
        self.origin.put("junk", b"no picture" * 9)
        for photo in ("broken", "junk"):
            self.server.get(f"/photos/{photo}")
        self.server.get("/ \x01")
        metric = self.server.metric
        self.assertEqual(metric("response_body_bytes_total", route="web") - sum(
            value for key, value in fresh.items() if key == "response_body_bytes_total"),
            len(answer.body) + sum(len(self.server.get(f"/photos/{photo}").body)
                                   for photo in ("broken", "junk")))
        self.assertEqual(metric("origin_fetch_duration_seconds_count")
                         + metric("origin_errors_total"), 3)
        self.assertEqual(metric("origin_errors_total", reason="origin_failed"), 1)
        self.assertEqual(metric("imaging_errors_total", reason="bad_source"), 1)
        self.assertEqual(metric("imaging_job_duration_seconds_count"), 1)
        self.assertGreater(metric("redis_command_duration_seconds_count"), 3)
        self.assertEqual(metric("bad_requests_total"), 1)
        self.assertGreater(metric("memory_cache_bytes"), len(answer.body))
        self.assertGreater(metric("resident_memory_bytes", process="proxy"), 1 << 20)
        self.assertGreater(metric("resident_memory_bytes", process="imaging"), 1 << 20)
        self.assertEqual(metric("redis_connections"), 2)
        case.wait_until(lambda: metric("imaging_workers") == 2, "both workers")
        self.assertEqual(metric("flights"), 0)

    def test_no_client_can_make_up_a_series(self):
        before = set(self.server.metrics())
        for i in range(20):
            self.server.get(f"/made-up-{i}", {"X-Request-Id": f"i{i}"}, method=f"M{i}")
            self.server.get(f"/photos/nobody-{i}")
        self.assertLess(len(set(self.server.metrics()) - before), 5)

    def test_gauges_of_what_is_in_flight(self):
        photo = self.origin.put("slow", case.wide_photo(), gate=case.Gate())
        with self.server.connect() as connection:
            connection.send(b"GET /photos/slow HTTP/1.1\r\nHost: h\r\n\r\n")
            photo.gate.wait_for_arrival()
            self.assertEqual(self.server.metric("flights"), 1)
            self.assertEqual(self.server.metric("origin_fetches_in_flight"), 1)
            # Those of earlier questions may still be about to end.
            case.wait_until(lambda: self.server.metric("connections_open") == 2, "no others")
            photo.gate.open()
            self.assertEqual(connection.response().status, 200)
        page = parse_metrics(self.server.get("/metrics").body.decode())
        self.assertEqual(page["likeness_flights", ()], 0)


if __name__ == "__main__":
    case.run()
