"""What the logs say of requests, and what they never say."""

import hashlib
import json
import pathlib
import re
import signal

from support import case, images
from support.case import wait_until
from support.processes import run_likeness
from support.services import Graph

PHOTO = "/photos/ada/HR48x48"
KEY = "k:" + "ab" * 32
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Logging(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", case.square_photo())
        self.folder = pathlib.Path(self.enterContext(case.temporary_folder()))
        self.file = self.folder / "access.log"

    def lines(self, count):
        """The access log, once it has so many lines."""
        def enough():
            text = self.file.read_text(encoding="utf-8")
            return text.count("\n") >= count and text.splitlines()
        return wait_until(enough, f"{count} lines")

    def waits(self, answer):
        """What an answer says that it has waited for."""
        self.assertLess(answer.status, 300, answer.body)
        *waits, total = re.findall(r"(\w+);dur=[\d.]+", answer["Server-Timing"])
        self.assertEqual(total, "total")
        return set(waits)

    def test_every_answer_is_a_line_in_json(self):
        server = self.start_likeness(self.origin, log__access="json", log__access_file=self.file)
        asked = [(PHOTO, 200, "fetched"), (PHOTO, 200, "memory"), ("/photos/nobody/HR48x48", 404, "fetched"),
                 ("/nowhere", 404, "none"), ("/healthz", 200, "none")]
        with server.connect() as link:
            answers = [link.ask(target, {"User-Agent": "a test"}) for target, _, _ in asked]
        for line, answer, (target, status, cache) in zip(self.lines(len(asked)), answers, asked):
            entry = json.loads(line)
            self.assertEqual((entry["target"], entry["status"]), (target, status))
            self.assertEqual(entry["request_id"], answer["X-Request-Id"])
            self.assertEqual(entry["bytes"], len(answer.body))
            self.assertEqual((entry["client"], entry["agent"]), ("127.0.0.1", "a test"))
            if status == 200:
                self.assertEqual(entry["cache"], cache)

    def test_proofs_of_access_are_in_no_log(self):
        secrets = ("s3cret-token", "s3cret-cookie", "s3cret-parameter")
        signed = run_likeness("sign", PHOTO, "--key", KEY).stdout.strip()
        signature = re.search(r"sig=([^&]+)", signed)[1]
        tokens = f"me:Contacts.Read:{hashlib.sha256(secrets[0].encode()).hexdigest()}"
        server = self.start_likeness(
            self.origin, log__access="json", log__access_file=self.file, log__level="trace",
            log__slow="1ms", access__mode="signed", access__graph="bearer", access__signing_keys=KEY,
            access__tokens=tokens)
        with server.connect() as link:
            self.assertEqual(link.ask(signed).status, 200)
            link.ask(signed.replace("sig=", "%73ig="))
            link.ask("/v1.0/users/ada/photo/$value",
                     {"Authorization": f"Bearer {secrets[0]}", "Cookie": f"cwt_ucwa={secrets[1]}"})
            link.ask(f"/photos/ada?size=HR48x48&other={secrets[2]}",
                     {"Referer": f"https://example.org/?x={secrets[2]}"})
            link.ask("/healthz")
        self.lines(5)
        logged = self.file.read_text(encoding="utf-8") + server.read("err")
        for secret in (*secrets, signature):
            self.assertNotIn(secret, logged)

    def test_combined_lines_and_a_file_that_is_moved_away(self):
        server = self.start_likeness(self.origin, log__access="combined", log__access_file=self.file)
        server.get(PHOTO, {"Referer": "https://example.org/a?b", "User-Agent": 'x"y'})
        self.assertRegex(self.lines(1)[0],
                         r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                         r'"GET /photos/ada/HR48x48 HTTP/1\.1" 200 \d+ '
                         r'"https://example\.org/a" "x\\x22y"$')
        self.file.rename(self.folder / "access.log.1")
        server.signal(signal.SIGHUP)
        wait_until(self.file.exists, "a new file")
        server.get(PHOTO)
        self.lines(1)

    def test_a_slow_request_is_a_warning_that_names_what_it_waited_for(self):
        server = self.start_likeness(self.origin, log__slow="50ms")
        photo = self.origin.put("slow", case.square_photo(), gate=case.Gate())
        with server.connect() as link:
            link.send(b"GET /photos/slow/HR48x48?sig=s3cret HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\n\r\n")
            photo.gate.wait_for_arrival()
            passed = server.metric("uptime_seconds") + 0.1
            wait_until(lambda: server.metric("uptime_seconds") > passed, "time to pass")
            photo.gate.open()
            self.assertEqual(link.response().status, 200)
        server.get("/photos/slow/HR48x48")
        wait_until(lambda: "slow: " in server.read("err"), "the warning")
        warnings = re.findall(r"slow: GET (\S+) took (\d+) ms: redis 0 ms, origin (\d+) ms, "
                              r"imaging (\d+) ms, contacts 0 ms \(request r-1\)", server.read("err"))
        self.assertEqual(len(warnings), 1)
        self.assertEqual(warnings[0][0], "/photos/slow/HR48x48?sig=-")
        self.assertGreaterEqual(int(warnings[0][2]), 50)
        self.assertGreaterEqual(int(warnings[0][1]), int(warnings[0][2]))

    def test_a_client_may_ask_what_its_answer_waited_for(self):
        redis = self.start_redis()
        server = self.start_likeness(self.origin, redis=redis)
        self.assertIsNone(server.get("/photos/nobody/HR48x48")["Server-Timing"])
        # A stand-in waits for the origin, which has no photo, and then for whoever draws it.
        for target in (PHOTO, "/photos/nobody-else/HR48x48?fallback=monogram"):
            timing = server.get(target, {"X-Server-Timing": "1"})["Server-Timing"]
            self.assertEqual([part.split(";")[0] for part in timing.split(", ")],
                             ["redis", "origin", "imaging", "total"])
            took = [float(part.split("dur=")[1]) for part in timing.split(", ")]
            self.assertTrue(all(time > 0 for time in took), timing)
            timing = server.get(target, {"X-Server-Timing": "1"})["Server-Timing"]
            self.assertRegex(timing, r"^total;dur=[\d.]+$")

    def test_writing_waits_for_the_workers_and_the_contacts(self):
        server = self.start_likeness("embedded:" + str(self.folder / "contacts"),
                                     contacts__mailbox="me@likeness.example")
        wanted = {"X-Server-Timing": "1"}
        photo = server.get("/photos/me%40likeness.example", wanted, method="PUT",
                           body=case.square_photo())
        self.assertEqual(self.waits(photo), {"imaging", "contacts", "redis"})
        self.assertEqual(self.waits(server.get("/api/v2.0/me/contacts", wanted)), {"contacts"})

    def test_calls_in_a_body_and_calls_passed_on_wait_for_the_origin(self):
        graph = self.enterContext(Graph())
        graph.put("ann@example.org", case.square_photo(), '"1"')
        server = self.start_likeness(graph)
        wanted = {"X-Server-Timing": "1"}
        batch = {"requests": [{"id": str(n), "method": "GET", "url": "/users/ann@example.org/photo/$value"}
                              for n in range(2)]}
        answer = server.get("/v1.0/$batch", wanted | {"Content-Type": "application/json"},
                            method="POST", body=json.dumps(batch).encode())
        self.assertEqual(self.waits(answer), {"origin", "imaging"})
        self.assertEqual(self.waits(server.get("/v1.0/me/messages", wanted)), {"origin"})

    def test_a_trace_goes_on_to_the_origin(self):
        server = self.start_likeness(self.origin)
        self.origin.put("bob", images.plain(90, 90, images.RED))
        server.get(PHOTO, {"traceparent": TRACE})
        server.get("/photos/bob/HR48x48", {"traceparent": TRACE.upper()})
        (_, ada), = self.origin.requests["ada"]
        (_, bob), = self.origin.requests["bob"]
        self.assertEqual(ada.get("traceparent"), TRACE)
        self.assertNotIn("traceparent", bob)


if __name__ == "__main__":
    case.run()
