"""Redis down, dying, stuck or coming back: a slower cache, and never an error to a client."""

import signal
import threading

from support import case, images

QUICK = {"redis__command_timeout": "200ms", "redis__connect_timeout": "200ms",
         "redis__reconnect_min": "10ms", "redis__reconnect_max": "50ms"}


class RedisGone(case.Case):
    def setUp(self):
        self.redis = self.start_redis()
        self.origin = self.start_origin(make=lambda photo: images.plain(60, 60, images.RED))
        self.next = 0

    def serve(self, **settings):
        self.server = self.start_likeness(origin=self.origin, redis=self.redis, **QUICK, **settings)

    def assert_serves_cold_and_warm(self):
        photo = f"p{self.next}"
        self.next += 1
        for path in ("HR32x32", "HR48x48", "HR32x32"):
            self.assert_picture(self.server.get(f"/photos/{photo}/{path}"),
                                *(int(edge) for edge in path[2:].split("x")))
        self.assertEqual(self.server.get("/readyz").status, 200)
        return photo

    def is_connected(self):
        return self.server.metric("redis_connections") == 2  # One for each loop.

    def test_absent_at_the_start_and_there_later(self):
        self.redis.stop()
        self.serve()
        self.assert_serves_cold_and_warm()
        self.redis.start()
        case.wait_until(self.is_connected, "connections to Redis")
        photo = self.assert_serves_cold_and_warm()
        case.wait_until(lambda: "meta" in self.redis.fields(photo), "a record")

    def test_killed_and_back_again(self):
        self.serve()
        self.assert_serves_cold_and_warm()
        for _ in range(2):
            self.redis.kill()
            self.assert_serves_cold_and_warm()
            self.redis.start()
            case.wait_until(self.is_connected, "connections to Redis")
            photo = self.assert_serves_cold_and_warm()
            case.wait_until(lambda photo=photo: "meta" in self.redis.fields(photo), "a record")

    def test_stuck_and_moving_again(self):
        self.serve()
        self.assert_serves_cold_and_warm()
        self.redis.signal(signal.SIGSTOP)
        self.assert_serves_cold_and_warm()
        self.redis.signal(signal.SIGCONT)
        case.wait_until(self.is_connected, "connections to Redis")
        photo = self.assert_serves_cold_and_warm()
        case.wait_until(lambda: "meta" in self.redis.fields(photo), "a record")

    def test_without_memory_a_dead_redis_costs_fetches_only(self):
        self.serve(memory__capacity_bytes=0)
        self.redis.kill()
        for _ in range(3):
            self.assert_picture(self.server.get("/photos/ada/HR32x32"), 32, 32)
        self.assertEqual(self.origin.count("ada"), 3)

    def test_full_or_read_only_redis_is_no_error(self):
        for words in (("CONFIG", "SET", "maxmemory", "1"),
                      ("REPLICAOF", "127.0.0.1", "1")):
            with self.subTest(words):
                self.serve()
                self.redis.command(*words)
                self.assert_serves_cold_and_warm()
                self.redis.command("REPLICAOF", "NO", "ONE")
                self.redis.command("CONFIG", "SET", "maxmemory", "0")
                self.server.stop()

    def test_requests_go_on_while_redis_comes_and_goes(self):
        self.serve(memory__capacity_bytes="1MiB")
        wrong, done = [], threading.Event()

        def client(name):
            with self.server.connect() as connection:
                number = 0
                while not done.is_set():
                    number += 1
                    answer = connection.ask(f"/photos/{name}-{number % 40}/HR32x32")
                    if answer.status != 200 or answer.size != (32, 32):
                        wrong.append((name, number, answer.status, answer.body[:80]))

        clients = [threading.Thread(target=client, args=(f"c{i}",)) for i in range(4)]
        for one in clients:
            one.start()
        try:
            for _ in range(3):
                self.redis.kill()
                self.redis.start()
                case.wait_until(self.is_connected, "connections to Redis")
                self.redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                self.redis.command("FLUSHALL")
                case.wait_until(self.is_connected, "connections to Redis")
        finally:
            done.set()
            for one in clients:
                one.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    case.run()
