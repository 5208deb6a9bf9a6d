"""Whatever a Redis does, clients see photos: what they saw, and that all is well afterwards."""

import signal
import time

from support import case, images
from support.load import Load
from support.redis_cluster import Impostor, SlowPath, free_port, garbage, nonsense

QUICK = {"redis__command_timeout": "150ms", "redis__connect_timeout": "500ms",
         "redis__reconnect_min": "10ms", "redis__reconnect_max": "100ms",
         "redis__max_unheard": "1s"}


class RedisFaults(case.Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: images.plain(60, 60, images.RED))

    def serve(self, redis, count=2, **settings):
        return [self.start_likeness(origin=self.origin, redis=redis, **(QUICK | settings))
                for _ in range(count)]

    @staticmethod
    def judge(_, answer):
        return "" if answer.status == 200 and answer.size == (32, 32) else answer.body[:80]

    @staticmethod
    def is_well(server):
        return (server.metric("redis_connections") == 2
                and server.metric("redis_feed_whole") == 1)

    def under_load(self, title, servers, fault, recover=lambda: None, well=None):
        """Clients ask for photos, warm ones and cold ones, while it happens and after it."""
        targets = [f"/photos/{title.replace(' ', '-')}-{i}/HR32x32" for i in range(30)]
        with Load(servers, targets, self.judge) as load:
            case.wait_until(lambda: load.statuses[200] >= 60, "answers before")
            fault()
            seen = load.statuses[200]
            case.wait_until(lambda: load.statuses[200] >= seen + 120, "answers meanwhile")
            recover()
            recovering = time.monotonic()
            for server in servers:
                case.wait_until(lambda server=server: (well or self.is_well)(server), "recovery")
            normal = time.monotonic() - recovering
            seen = load.statuses[200]
            case.wait_until(lambda: load.statuses[200] >= seen + 60, "answers after")
        load.report(f"{title}, normal {normal:.2f} s after its end")
        self.assertEqual(load.wrong, [])

    def assert_shares(self, redis, servers, photo):
        """Redis is in use again."""
        target = f"/photos/{photo}/HR32x32"
        servers[0].get(target)
        case.wait_until(lambda: "meta" in redis.fields(photo), "a record")
        self.assertEqual(servers[1].get(target).detail, "redis")

    def well_servers(self, redis, **settings):
        servers = self.serve(redis, **settings)
        for server in servers:
            case.wait_until(lambda server=server: self.is_well(server), "connections")
        return servers

    def test_killed_and_restarted_empty(self):
        redis = self.start_redis()
        servers = self.well_servers(redis)
        self.under_load("killed", servers, redis.kill, redis.start)
        self.assert_shares(redis, servers, "after")

    def test_paused(self):
        redis = self.start_redis()
        servers = self.well_servers(redis)
        self.under_load("paused", servers, lambda: redis.signal(signal.SIGSTOP),
                        lambda: redis.signal(signal.SIGCONT))
        self.assert_shares(redis, servers, "after")

    def test_full(self):
        redis = self.start_redis()
        servers = self.well_servers(redis)
        self.under_load("full", servers,
                        lambda: redis.command("CONFIG", "SET", "maxmemory", "1"),
                        lambda: redis.command("CONFIG", "SET", "maxmemory", "0"))
        self.assert_shares(redis, servers, "after")

    def test_a_replica_that_may_only_be_read(self):
        redis = self.start_redis()
        servers = self.well_servers(redis)
        self.under_load("read only", servers,
                        lambda: redis.command("REPLICAOF", "127.0.0.1", str(free_port())),
                        lambda: redis.command("REPLICAOF", "NO", "ONE"))
        self.assert_shares(redis, servers, "after")

    def test_slow_but_in_time(self):
        redis = self.start_redis()
        path = self.start(SlowPath(redis, 0.1))
        servers = self.well_servers(path, redis__command_timeout="5s")
        self.under_load("slow", servers, lambda: None)
        self.assert_shares(redis, servers, "after")

    def test_too_slow(self):
        redis = self.start_redis()
        path = self.start(SlowPath(redis, 0))
        servers = self.well_servers(path)

        def slow(delay):
            path.delay = delay

        self.under_load("too slow", servers, lambda: slow(0.4), lambda: slow(0))
        self.assert_shares(redis, servers, "after")

    def test_it_answers_garbage(self):
        for behave in (garbage, nonsense):
            with self.subTest(behave.__name__):
                impostor = self.start(Impostor(behave))
                servers = self.serve(impostor)
                self.under_load(behave.__name__, servers, lambda: None,
                                well=lambda server: server.get("/readyz").status == 200)
                self.assertGreater(impostor.taken, 0)
                for server in servers:
                    server.stop()

    def test_something_else_stands_under_our_keys(self):
        redis = self.start_redis()
        servers = self.well_servers(redis, memory__capacity_bytes="0")
        names = [f"wrong-type-{i}" for i in range(30)]

        def spoil():
            for number, name in enumerate(names):
                put = ("redis.call('LPUSH', KEYS[1], 'text')" if number % 2
                       else "redis.call('SET', KEYS[1], 'text')")
                redis.command("EVAL", "redis.call('DEL', KEYS[1]) " + put, "1", f"likeness:{name}")

        self.under_load("wrong type", servers, spoil)
        for name in names:
            case.wait_until(lambda name=name: redis.command("TYPE", f"likeness:{name}") == "hash"
                            or servers[0].get(f"/photos/{name}/HR32x32") is None, "a record again")


if __name__ == "__main__":
    case.run()
