"""A Redis Cluster: records on three masters, a master killed and a slot moved under load."""

from support import case, images
from support.load import Load
from support.redis_cluster import Cluster

QUICK = {"redis__reconnect_min": "10ms", "redis__reconnect_max": "200ms"}


class OnCluster(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = cls.enterClassContext(Cluster())

    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: images.plain(60, 60, images.RED))

    def serve(self, count=2, **settings):
        servers = [self.start_likeness(origin=self.origin, redis=self.cluster.url,
                                       **(QUICK | settings)) for _ in range(count)]
        for server in servers:
            case.wait_until(lambda server=server: self.is_whole(server), "the whole cluster")
        return servers

    @staticmethod
    def is_whole(server):
        return (server.metric("redis_connections") == 2  # One for each loop.
                and server.metric("redis_feed_whole") == 1)

    @staticmethod
    def judge(_, answer):
        return "" if answer.status == 200 and answer.size == (32, 32) else answer.body[:80]


class Sharing(OnCluster):
    def test_records_are_shared_wherever_they_are(self):
        one, two = self.serve()
        photos = [f"shared{i}" for i in range(24)]
        for photo in photos:
            self.assert_picture(one.get(f"/photos/{photo}/HR32x32"), 32, 32)
        for photo in photos:
            case.wait_until(lambda photo=photo: "meta" in self.cluster.fields(photo), "a record")
            self.assertEqual(two.get(f"/photos/{photo}/HR32x32").detail, "redis")
            self.assertEqual(self.origin.count(photo), 1)
        homes = {self.cluster.master_of(f"likeness:{photo}").port for photo in photos}
        self.assertEqual(len(homes), 3)

    def test_what_is_deleted_on_any_master_leaves_every_memory(self):
        servers = self.serve()
        for i in range(6):
            photo = f"changed{i}"
            target = f"/photos/{photo}/HR32x32"
            for server in servers:
                case.wait_until(lambda server=server: server.get(target).detail == "memory",
                                "the photo in memory")
            old = servers[0].get(target)["ETag"]
            self.origin.put(photo, images.plain(60, 60, images.BLUE))
            self.cluster.master_of(f"likeness:{photo}").command("DEL", f"likeness:{photo}")
            for server in servers:
                case.wait_until(lambda server=server: server.get(target)["ETag"] != old,
                                "the new photo")

    def test_a_slot_moves_under_load(self):
        servers = self.serve(memory__capacity_bytes="0")
        photos = ["m{1}" + str(i) for i in range(5)] + [f"m{i}" for i in range(5)]
        targets = [f"/photos/{photo.replace('{', '%7B').replace('}', '%7D')}/HR32x32"
                   for photo in photos]
        with Load(servers, targets, self.judge) as load:
            case.wait_until(lambda: "meta" in self.cluster.fields(photos[0]), "a record")
            before = self.cluster.master_of(f"likeness:{photos[0]}")
            _, target = self.cluster.migrate(f"likeness:{photos[0]}")
            self.assertIsNot(before, target)
            case.wait_until(lambda: "meta" in self.cluster.fields(photos[0]), "the moved record")
            for server in servers:
                hits = server.metric("requests_total", cache="redis")
                case.wait_until(lambda server=server, hits=hits:
                                server.metric("requests_total", cache="redis") > hits + 20,
                                "hits in Redis")
        load.report("a slot migrated")
        self.assertEqual(load.wrong, [])


class Failover(OnCluster):
    def test_a_master_dies_under_load(self):
        servers = self.serve(memory__capacity_bytes="1MiB")
        targets = [f"/photos/f{i}/HR32x32" for i in range(40)]
        with Load(servers, targets, self.judge) as load:
            case.wait_until(lambda: load.statuses[200] > 100, "answers")
            replica = self.cluster.kill_master_of("likeness:f0")
            for server in servers:
                case.wait_until(lambda server=server: self.is_whole(server), "the whole cluster")
            fresh = "fresh{f0}"
            servers[0].get(f"/photos/{fresh.replace('{', '%7B').replace('}', '%7D')}/HR32x32")
            case.wait_until(lambda: "meta" in replica.command("HKEYS", f"likeness:{fresh}"),
                            "a record on the new master")
        load.report("a master killed")
        self.assertEqual(load.wrong, [])


if __name__ == "__main__":
    case.run()
