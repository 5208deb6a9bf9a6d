"""Clients that leave at once beside clients that check what they get.

An answer that reaches the wrong client is the worst that a proxy can do. Every photo here is of one
colour that belongs to its id, so that each answer tells whose it is.
"""

import contextlib
import random
import socket
import threading
import time

from support import case, images
from support.http_client import Connection, request_bytes

# How long each storm lasts. A wrong answer, if any, comes within a fraction of it.
SECONDS = 2.0


class Storm:
    """Aborting and checking clients on one server; `pick` gives a checker's next photo, and the
    aborting ones ask for so many different `victims`."""

    def __init__(self, server, pick, victims):
        self.server, self.pick, self.victims = server, pick, victims
        self.done = threading.Event()
        self.aborted = self.checked = self.turned_away = 0
        self.wrong = []

    def run(self):
        clients = [threading.Thread(target=self.guard, args=(work, seed)) for seed, work in
                   enumerate((self.abort, self.abort, self.check, self.check, self.pipeline))]
        for client in clients:
            client.start()
        try:
            time.sleep(SECONDS)
            # A slow machine takes longer to show as much.
            case.wait_until(lambda: min(self.aborted, self.checked) > 50, "enough clients")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.aborted} aborted, {self.checked} checked, "
                                 f"{self.turned_away} turned away; {self.wrong[:3]}") from error
        finally:
            self.done.set()
            for client in clients:
                client.join()

    def guard(self, work, seed):
        dice = random.Random(seed)
        while not self.done.is_set():
            try:
                work(dice)
            except (AssertionError, OSError) as error:
                self.wrong.append(repr(error))

    def abort(self, dice):
        link = socket.create_connection(self.server.address)
        with contextlib.closing(link), contextlib.suppress(OSError):
            count = dice.choice((1, 1, 1, 5))
            photos = [f"victim-{dice.randrange(self.victims)}" for _ in range(count)]
            data = b"".join(request_bytes(f"/photos/{photo}/HR4x4.png") for photo in photos)
            link.sendall(data[:dice.choice((len(data), len(data), len(data) // 2))])
            if dice.random() < 0.3:  # A reset instead of an orderly end.
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.aborted += 1

    def check(self, dice):
        photo = self.pick(dice)
        with Connection(self.server.address) as connection:
            if dice.random() < 0.5:  # Half of them listen before they speak.
                connection.socket.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    self.expect(connection.socket.recv(100), b"", "unasked")
                connection.socket.settimeout(20)
            connection.send(request_bytes(f"/photos/{photo}/HR4x4.png"))
            self.verify(photo, connection.response())

    def pipeline(self, dice):
        photos = [self.pick(dice) for _ in range(8)]
        with Connection(self.server.address) as connection:
            connection.send(b"".join(request_bytes(f"/photos/{photo}/HR4x4.png")
                                     for photo in photos))
            for photo in photos:
                self.verify(photo, connection.response())

    def verify(self, photo, answer):
        if answer.status == 503:  # A storm of misses may be too much.
            self.turned_away += 1
            return
        self.checked += 1
        self.expect(answer.status, 200, photo)
        self.expect(images.png_first_pixel(answer.body), images.colour_of(photo), photo)

    def expect(self, seen, expected, photo):
        if seen != expected:
            self.wrong.append((photo, seen, expected))


class AbortStorm(case.Case):
    def storm(self, pick, warm=(), victims=10_000, **settings):
        origin = self.start_origin(make=lambda photo: images.plain(8, 8, images.colour_of(photo),
                                                                   photo.encode()))
        server = self.start_likeness(origin=origin, **settings)
        for photo in warm:
            server.get(f"/photos/{photo}/HR4x4.png")
        storm = Storm(server, pick, victims)
        storm.run()
        self.assertEqual(storm.wrong[:3], [])
        if warm:
            self.assertEqual(storm.turned_away, 0)
        case.wait_until(lambda: server.metric("connections_open") == 1, "the end of connections")
        case.wait_until(lambda: server.metric("flights") == 0, "the end of the flights")

    def test_hits_in_memory(self):
        warm = [f"mine-{i}" for i in range(30)]
        self.storm(lambda dice: dice.choice(warm), warm)

    def test_hits_without_io_uring(self):
        warm = [f"mine-{i}" for i in range(30)]
        self.storm(lambda dice: dice.choice(warm), warm, http__io_uring="false")

    def test_hits_in_redis(self):
        warm = [f"mine-{i}" for i in range(30)]
        # With patience, so that Redis late on a busy machine is no miss; and more victims would make
        # it a storm of misses.
        self.storm(lambda dice: dice.choice(warm), warm, redis=self.start_redis(), victims=100,
                   memory__capacity_bytes=0, redis__command_timeout="20s")

    def test_misses(self):
        # More victims would leave the checking clients no worker.
        self.storm(lambda dice: f"mine-{dice.randrange(1 << 40)}", victims=100)

    def test_all_of_it_with_timeouts_and_evictions(self):
        self.storm(lambda dice: f"mine-{dice.randrange(200)}", victims=100,
                   redis=self.start_redis(), memory__capacity_bytes="256KiB",
                   redis__command_timeout="2ms")


if __name__ == "__main__":
    case.run()
