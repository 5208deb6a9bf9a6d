"""Floods of slow, idle and greedy clients: they are bounded, and others are served meanwhile."""

import re
import resource
import subprocess
import threading

from support import case
from support.http_client import Connection, request_bytes
from support.processes import SANITIZED

IDLE = 10_000
KIB = 1024
MIB = 1024 * KIB


def resident(server):
    """The serving process's own memory, in bytes."""
    return server.metric("resident_memory_bytes", process="proxy")


class Floods(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", case.square_photo())

    def serve(self, **settings):
        self.server = self.start_likeness(origin=self.origin, **settings)
        self.expected = self.server.get("/photos/ada/HR240x240").body

    def assert_serves(self, times=50):
        with self.server.connect() as connection:
            for _ in range(times):
                self.assertEqual(connection.ask("/photos/ada/HR240x240").body, self.expected)

    def assert_grown_less(self, before, limit):
        # AddressSanitizer keeps what was freed for a while.
        allowed = limit + (SANITIZED and 600 * MIB)
        self.assertLess(resident(self.server) - before, allowed)

    def flood(self, *kind):
        """Runs slowhttptest to its end while other clients ask; gives what it printed."""
        url = f"{self.server.urls[0]}/photos/ada/HR240x240"
        with subprocess.Popen(
                ["slowhttptest", "-c", "800", "-r", "800", "-l", "4", "-i", "1", "-p", "20",
                 "-u", url, *kind], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                cwd=self.server.folder) as flood:
            printed = []
            reader = threading.Thread(target=lambda: printed.append(flood.stdout.read()))
            reader.start()
            while flood.poll() is None:
                self.assert_serves(10)
            reader.join()
        return re.sub(r"\x1b\[[0-9;]*m", "", printed[0])

    def test_slow_heads_bodies_readers_and_ranges(self):
        self.serve(http__head_timeout="2s", http__body_timeout="2s", http__write_timeout="2s")
        before = resident(self.server)
        for name, kind in (("heads", ["-H"]), ("bodies", ["-B", "-s", "60000"]),
                           ("readers", ["-X", "-k", "3"]), ("ranges", ["-R"])):
            with self.subTest(name):
                printed = self.flood(*kind)
                self.assertNotIn("service available:   NO", printed)
                self.assertIn("service available:   YES", printed)
        # Nothing of it is left.
        case.wait_until(lambda: self.server.metric("connections_open") <= 1, "all have gone")
        self.assert_grown_less(before, 64 * MIB)

    def test_ten_thousand_resting_connections_cost_little(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(hard, IDLE + 1000, "this machine lets no process have the descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.serve()
        before = resident(self.server)
        resting = []
        for _ in range(IDLE):
            connection = self.enterContext(Connection(self.server.address))
            resting.append(connection)
        for connection in resting:
            connection.send(request_bytes("/photos/ada/HR240x240"))
        for connection in resting:
            self.assertEqual(connection.response().body, self.expected)
        case.wait_until(lambda: self.server.metric("connections_open") == IDLE + 1, "no others")
        self.assert_grown_less(before, IDLE * 8 * KIB)
        self.assert_serves()
        # They are no dead weight: each is served again.
        for connection in resting[::100]:
            self.assertEqual(connection.ask("/photos/ada/HR240x240").body, self.expected)

    def test_more_connections_than_allowed_are_turned_away_and_the_others_served(self):
        self.serve(http__max_connections=40)
        held = [self.enterContext(Connection(self.server.address)) for _ in range(200)]
        case.wait_until(lambda: self.turned_away(held) >= 150, "the ones too many are closed")
        for connection in held:
            connection.close()
        case.wait_until(lambda: self.answers(), "served again")
        self.assert_serves()

    @staticmethod
    def turned_away(held):
        gone = 0
        for connection in held:
            connection.socket.setblocking(False)
            try:
                gone += connection.socket.recv(1) == b""
            except BlockingIOError:
                pass
            except OSError:
                gone += 1
        return gone

    def answers(self):
        try:
            return self.server.get("/healthz").status == 200
        except (OSError, AssertionError):
            return False

    def test_floods_of_headers_are_refused_and_disturb_nobody(self):
        self.serve()
        before = resident(self.server)
        many = {f"X-{i}": "v" * 40 for i in range(2000)}
        endless = request_bytes("/photos/ada/HR240x240", {"X-Long": "v" * 100_000})
        for _ in range(100):
            with self.server.connect() as connection:
                connection.send(request_bytes("/photos/ada/HR240x240", many))
                self.assertEqual(connection.response().status, 431)
            with self.server.connect() as connection:
                connection.send(endless)
                self.assertEqual(connection.response().status, 431)
        self.assert_serves()
        self.assert_grown_less(before, 32 * MIB)


class Overload(case.Case):
    def test_misses_too_many_are_shed_and_hits_are_served(self):
        origin = self.start_origin()
        origin.put("ada", case.square_photo())
        gate = case.Gate()
        for i in range(20):
            origin.put(f"cold{i}", case.square_photo(), gate=gate)
        server = self.start_likeness(origin=origin, http__workers=1, photo__max_flights=4)
        expected = server.get("/photos/ada/HR96x96").body
        asking = [self.enterContext(server.connect()) for _ in range(4)]
        for i, connection in enumerate(asking):
            connection.send(request_bytes(f"/photos/cold{i}/HR96x96"))
        gate.wait_for_arrival(4)
        for i in range(4, 20):
            answer = server.get(f"/photos/cold{i}/HR96x96")
            self.assertEqual(answer.status, 503)
            self.assertGreaterEqual(int(answer["Retry-After"]), 1)
            self.assertEqual(answer["Cache-Control"], "no-store")
        for _ in range(50):
            self.assertEqual(server.get("/photos/ada/HR96x96").body, expected)
        gate.open()
        for connection in asking:
            self.assert_picture(connection.response(), 96, 96)
        self.assert_picture(server.get("/photos/cold19/HR96x96"), 96, 96)


if __name__ == "__main__":
    case.run()
