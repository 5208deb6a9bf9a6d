"""A master and its replica, watched by a sentinel: the master dies, and the fleet goes on."""

from support import case, images
from support.load import Load
from support.processes import Redis
from support.redis_cluster import free_port


class Sentinel(Redis):
    """A redis-server that watches another one."""

    def __init__(self, master):
        super().__init__(options=("--sentinel",))
        with open(self.path("sentinel.conf"), "w", encoding="ascii") as file:
            file.write(f"port {self.port}\nbind 127.0.0.1\nunixsocket {self.socket}\n"
                       f"dir {self.folder}\n"
                       f"sentinel monitor photos 127.0.0.1 {master.port} 1\n"
                       "sentinel down-after-milliseconds photos 500\n"
                       "sentinel failover-timeout photos 2000\n")

    def start(self):
        self.spawn(["redis-server", self.path("sentinel.conf"), "--sentinel"])
        case.wait_until(self._answers, "a sentinel")


class Watched(case.Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: images.plain(60, 60, images.RED))
        self.master = self.start_redis()
        self.replica = self.start_redis()
        self.replica.command("REPLICAOF", "127.0.0.1", str(self.master.port))
        case.wait_until(lambda: "master_link_status:up" in self.replica.command("INFO"),
                        "replication")
        self.sentinel = self.start(Sentinel(self.master))
        case.wait_until(lambda: len(self.sentinel.command("SENTINEL", "REPLICAS", "photos")) == 1,
                        "the sentinel to know the replica")
        # The first one is not there; the second one has to do.
        self.url = f"sentinel://127.0.0.1:{free_port()},127.0.0.1:{self.sentinel.port}/photos"

    @staticmethod
    def judge(_, answer):
        return "" if answer.status == 200 and answer.size == (32, 32) else answer.body[:80]

    @staticmethod
    def is_well(server):
        return (server.metric("redis_connections") == 2
                and server.metric("redis_feed_whole") == 1)

    def test_the_replica_takes_over_under_load(self):
        servers = [self.start_likeness(origin=self.origin, redis=self.url,
                                       redis__reconnect_min="10ms", redis__reconnect_max="200ms",
                                       memory__capacity_bytes="1MiB") for _ in range(2)]
        for server in servers:
            case.wait_until(lambda server=server: self.is_well(server), "the master")
        servers[0].get("/photos/before/HR32x32")
        case.wait_until(lambda: "meta" in self.master.fields("before"), "a record")
        self.assertEqual(servers[1].get("/photos/before/HR32x32").detail, "redis")
        with Load(servers, [f"/photos/p{i}/HR32x32" for i in range(40)], self.judge) as load:
            case.wait_until(lambda: load.statuses[200] > 100, "answers")
            self.master.kill()
            case.wait_until(lambda: "role:master" in self.replica.command("INFO", "replication"),
                            "a failover")
            for server in servers:
                case.wait_until(lambda server=server: self.is_well(server), "the new master")
            servers[0].get("/photos/after/HR32x32")
            case.wait_until(lambda: "meta" in self.replica.fields("after"), "a record")
        load.report("a master with sentinels killed")
        self.assertEqual(load.wrong, [])


if __name__ == "__main__":
    case.run()
