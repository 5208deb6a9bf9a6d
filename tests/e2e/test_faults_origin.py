"""Whatever an origin does, clients get a photo where one is at hand, and a quick answer else."""

import threading
import urllib.parse

from support import case, images
from support.certificates import make_certificate

ADA = "/photos/ada/HR32x32"
FORGETFUL = {"freshness__failure_ttl": "0s"}
# For origins that hang; where another fault is meant, a busy machine must not make it one of time.
IMPATIENT = {"origin__timeout": "2s", "origin__connect_timeout": "2s"}
SHORT = {"freshness__photo_ttl": "0s", "freshness__min_ttl": "0s",
         "freshness__stale_while_revalidate": "0s"}


def photo():
    return images.plain(60, 60, images.RED)


class OriginFaults(case.Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda _: photo())
        self.origin.put("ada", photo(), etag='"1"')

    def check(self, fault, cold, recover=None, **settings):
        """What a fault looks like for a photo that is not known, and for one that is stale."""
        server = self.start_likeness(origin=self.origin, origin__breaker_failures=0,
                                     **(FORGETFUL | SHORT | settings))
        self.assert_picture(server.get(ADA), 32, 32)
        fault("ada")
        fault("new")
        answer = server.get(ADA)
        self.assert_picture(answer, 32, 32)
        self.assertIn("stale", answer.detail)
        self.assertEqual(server.get("/photos/new/HR32x32").status, cold)
        (recover or self.mend)()
        for target in (ADA, "/photos/new/HR32x32"):
            case.wait_until(lambda target=target: server.get(target).detail
                            in ("fetched", "revalidated"), "the origin to be asked again")
            self.assert_picture(server.get(target), 32, 32)

    def mend(self):
        self.origin.put("ada", photo(), etag='"1"')
        self.origin.put("new", photo())

    def test_down(self):
        stopped = []

        def stop(_):
            if not stopped:
                self.origin.stop()
                stopped.append(True)

        self.check(stop, 502, self.origin.start)

    def test_too_slow(self):
        gates = []

        def hold(name):
            gates.append(case.Gate())
            self.origin.put(name, photo(), gate=gates[-1])

        def mend():
            for gate in gates:
                gate.open()
            self.mend()

        self.check(hold, 504, mend, **IMPATIENT)

    def test_hanging_in_the_middle_of_the_body(self):
        self.check(lambda name: self.origin.put(name, photo(), hang_after=100), 504,
                   **IMPATIENT)

    def test_lying_about_the_length(self):
        self.check(lambda name: self.origin.put(name, photo(), missing=1000), 502)

    def test_errors(self):
        for status, cold in ((500, 502), (503, 502), (403, 403), (301, 502)):
            with self.subTest(status):
                self.mend()
                self.check(lambda name, status=status: self.origin.put(
                    name, b"no", status=status, headers={"Location": "/photos/ada.jpg"}), cold)

    def test_it_sends_something_else(self):
        self.check(lambda name: self.origin.put(name, b"<html>Sorry</html>"), 422)

    def test_a_redirect_that_never_ends(self):
        host = urllib.parse.urlsplit(self.origin.template).netloc
        self.check(lambda name: self.origin.put(
            name, status=302, headers={"Location": f"/photos/{name}.jpg"}), 502,
                   origin__redirects=host)
        self.assertLess(self.origin.count("new"), 20)

    def test_a_certificate_that_nobody_vouches_for(self):
        folder = self.enterContext(case.temporary_folder())
        make_certificate(folder, "good")
        make_certificate(folder, "other")
        self.origin.stop()
        self.origin.start(f"{folder}/good.pem")
        template = self.origin.template.replace("http://", "https://")
        for trusted in (None, f"{folder}/other.crt"):
            with self.subTest(trusted):
                server = self.start_likeness(origin=template, origin__ca_file=trusted, **FORGETFUL)
                self.assertEqual(server.get(ADA).status, 502)
        self.assertEqual(self.origin.count("ada"), 0)
        server = self.start_likeness(origin=template, origin__ca_file=f"{folder}/good.crt")
        self.assert_picture(server.get(ADA), 32, 32)

    def test_without_tls_where_tls_is_asked(self):
        template = self.origin.template.replace("http://", "https://")
        server = self.start_likeness(origin=template, **FORGETFUL)
        self.assertEqual(server.get(ADA).status, 502)

    def test_please_come_back_later(self):
        server = self.start_likeness(origin=self.origin, **(FORGETFUL | SHORT))
        self.assert_picture(server.get(ADA), 32, 32)
        self.origin.put("new", status=429, headers={"Retry-After": "3600"})
        answer = server.get("/photos/new/HR32x32")
        self.assertIn(answer.status, (429, 503))
        self.assertGreater(int(answer["Retry-After"]), 60)
        # It is left alone, by the loop that was told so at least, and what is known still served.
        self.assertEqual(server.metric("origin_breakers", state="open"), 1)
        self.assert_picture(server.get(ADA), 32, 32)
        self.assertEqual(self.origin.count("new"), 1)


class CircuitBreaker(case.Case):
    def test_an_origin_that_fails_is_left_alone_and_tried_by_one_request(self):
        origin = self.start_origin(make=lambda _: photo())
        server = self.start_likeness(origin=origin, http__workers=1, origin__breaker_failures=5,
                                     origin__breaker_pause="50ms", origin__breaker_max_pause="50ms",
                                     **FORGETFUL)
        for i in range(5):
            origin.put(f"bad{i}", status=500)
            self.assertEqual(server.get(f"/photos/bad{i}").status, 502)
        self.assertEqual(server.metric("origin_breaker_openings_total"), 1)
        # One of many comes through, and hangs; the others are answered at once.
        probe = origin.put("probe", photo(), gate=case.Gate())
        case.wait_until(lambda: server.metric("origin_breakers", state="half_open") == 1,
                        "the end of the pause")
        first = threading.Thread(target=lambda: server.get("/photos/probe"))
        first.start()
        probe.gate.wait_for_arrival()
        answer = server.get("/photos/other")
        self.assertEqual(answer.status, 502)
        self.assertEqual(origin.count("other"), 0)
        probe.gate.open()
        first.join()
        case.wait_until(lambda: server.get("/photos/other").status == 200, "normal service")
        self.assertEqual(server.metric("origin_breakers"), 0)


if __name__ == "__main__":
    case.run()
