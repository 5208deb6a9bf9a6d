"""Redis as the memory that processes share and that outlives them."""

from support import case, images

ADA = "/photos/ada/"


class SharedRedis(case.Case):
    def setUp(self):
        self.redis = self.start_redis()
        self.origin = self.start_origin()
        self.origin.put("ada", case.wide_photo(), etag='"1"')

    def serve(self, **settings):
        return self.start_likeness(origin=self.origin, **({"redis": self.redis} | settings))

    def stored(self, *names, photo="ada"):
        """Waits for pictures to be in Redis: they are written beside the answer."""
        wanted = {"meta", *names}
        case.wait_until(lambda: wanted <= self.redis.fields(photo), f"{wanted} in Redis")

    def test_a_record_outlives_the_process(self):
        first = self.serve()
        seen = {path: first.get(ADA + path) for path in ("HR64x64", "HR300x100.webp", "meta")}
        self.stored("v:64x64-crop.jpeg", "v:300x100-crop.webp")
        first.stop()
        second = self.serve()
        for path, before in seen.items():
            with self.subTest(path):
                after = second.get(ADA + path)
                self.assertEqual((after.status, after.body), (200, before.body))
                for name in ("ETag", "Content-Type", "Last-Modified", "X-Photo-Width"):
                    self.assertEqual(after[name], before[name])
                if path != "meta":
                    self.assertEqual(after.detail, "redis")
                    self.assertEqual(second.get(ADA + path).detail, "memory")
        self.assertEqual(self.origin.count("ada"), 1)
        self.assertEqual(second.metric("imaging_jobs_total"), 0)

    def test_a_new_size_is_made_from_what_redis_has(self):
        self.serve().get(ADA + "HR64x64")
        self.stored("v:64x64-crop.jpeg")
        second = self.serve()
        self.assertEqual(second.get(ADA + "HR96x96").detail, "resized")
        self.stored("v:96x96-crop.jpeg")
        self.assertEqual(self.origin.count("ada"), 1)

    def test_meta_alone_is_answered_from_the_record(self):
        self.serve().get(ADA + "HR64x64")
        self.stored("v:64x64-crop.jpeg")
        answer = self.serve().get(ADA + "meta")
        self.assertEqual((answer.detail, answer.json()["width"], answer.json()["height"]),
                         ("redis", 500, 300))
        self.assertEqual(self.origin.count("ada"), 1)

    def test_the_absence_of_a_photo_is_shared(self):
        self.assertEqual(self.serve().get("/photos/nobody").status, 404)
        self.stored(photo="nobody")
        self.assertEqual(self.serve().get("/photos/nobody").status, 404)
        self.assertEqual(self.origin.count("nobody"), 1)

    def test_every_record_ends_some_day(self):
        self.serve().get(ADA + "HR64x64")
        self.stored("v:64x64-crop.jpeg")
        week = 7 * 86_400
        self.assertIn(self.redis.command("TTL", "likeness:ada"), range(week, week + 3601))

    def test_many_sizes_cost_one_fetch_without_memory(self):
        server = self.serve(memory__capacity_bytes=0)
        for edge in (48, 64, 96, 120, 240):
            self.assert_picture(server.get(f"{ADA}HR{edge}x{edge}"), edge, edge)
            self.stored(f"v:{edge}x{edge}-crop.jpeg")
        for edge in (48, 64, 96, 120, 240):
            answer = server.get(f"{ADA}HR{edge}x{edge}")
            self.assert_picture(answer, edge, edge)
            self.assertEqual(answer.detail, "redis")
        self.assertEqual(self.origin.count("ada"), 1)

    def test_two_processes_see_each_others_work(self):
        one, two = self.serve(), self.serve()
        answers = []
        for i in range(12):
            self.origin.put(f"p{i}", images.plain(70, 70, images.BLUE))
            asked, other = (one, two) if i % 2 else (two, one)
            answers.append(asked.get(f"/photos/p{i}/HR32x32"))
            self.stored("v:32x32-crop.jpeg", photo=f"p{i}")
            answers.append(other.get(f"/photos/p{i}/HR32x32"))
            self.assertEqual([answer.detail for answer in answers[-2:]], ["fetched", "redis"])
            self.assertEqual(self.origin.count(f"p{i}"), 1)
        self.assertEqual(len({answer["ETag"] for answer in answers}), 1)

    def test_a_refresh_by_one_process_serves_the_other(self):
        short = {"freshness__photo_ttl": "0s", "freshness__min_ttl": "0s",
                 "freshness__stale_while_revalidate": "0s"}
        one = self.serve(**short)
        one.get(ADA + "HR64x64")
        self.stored("v:64x64-crop.jpeg")
        self.assertEqual(one.get(ADA + "HR64x64").detail, "revalidated")
        self.origin.put("ada", images.plain(80, 80, images.RED), etag='"2"')
        self.assertEqual(one.get(ADA + "HR64x64").detail, "fetched")
        self.stored("v:64x64-crop.jpeg")
        case.wait_until(lambda: "80" in self.redis.command("HGET", "likeness:ada", "meta"),
                        "the new meta")
        # Old pictures went with the old version.
        self.assertNotIn("v:300x300-crop.jpeg", self.redis.fields("ada"))
        self.assertEqual(self.serve().get(ADA + "meta").json()["width"], 80)

    def test_everything_may_be_forgotten_at_any_time(self):
        server = self.serve(memory__capacity_bytes=0)
        for round_ in range(1, 4):
            self.assert_picture(server.get(ADA + "HR64x64"), 64, 64)
            self.stored("v:64x64-crop.jpeg")
            heard = server.metric("redis_changes_total")
            self.redis.command("FLUSHALL")
            # What is fetched before it hears of that is not kept.
            case.wait_until(lambda: server.metric("redis_changes_total") > heard, "the change")
            self.assertEqual(self.origin.count("ada"), round_)

    def test_scripts_may_be_forgotten_too(self):
        server = self.serve()
        server.get(ADA + "HR64x64")
        self.stored("v:64x64-crop.jpeg")
        self.redis.command("SCRIPT", "FLUSH")
        server.get(ADA + "HR96x96")
        self.stored("v:96x96-crop.jpeg")

    def test_nonsense_under_our_keys_is_no_photo(self):
        rows = (("SET", "likeness:ada", "text"),
                ("HSET", "likeness:ada", "meta", "{}"),
                ("HSET", "likeness:ada", "meta", "not json", "v:64x64-crop.jpeg", "not a picture"))
        for number, words in enumerate(rows, 1):
            with self.subTest(words):
                self.redis.command("DEL", "likeness:ada")
                self.redis.command(*words)
                server = self.serve()
                self.assert_picture(server.get(ADA + "HR64x64"), 64, 64)
                self.stored("v:64x64-crop.jpeg")
                self.assertEqual(self.origin.count("ada"), number)
                server.stop()

    def test_installations_can_share_a_redis(self):
        self.serve(redis__prefix="one:").get(ADA + "HR64x64")
        case.wait_until(lambda: self.redis.command("HEXISTS", "one:ada", "meta"), "one's record")
        self.serve(redis__prefix="two:").get(ADA + "HR64x64")
        self.assertEqual(self.origin.count("ada"), 2)

    def test_ways_to_reach_redis(self):
        base = self.redis.url
        for number, url in enumerate((base, self.redis.unix_url, base.replace("/0", "/3"),
                                      base.removesuffix("/0"))):
            with self.subTest(url):
                self.redis.command("FLUSHALL")
                server = self.serve(redis=url)
                server.get(ADA + "HR64x64")
                case.wait_until(lambda: self.redis.command("INFO", "keyspace").count("keys=1"),
                                "one record")
                if number == 2:
                    self.assertIn("db3:", self.redis.command("INFO", "keyspace"))
                server.stop()


class SecretRedis(case.Case):
    def test_a_password_is_used_and_kept_to_itself(self):
        redis = self.start_redis(password="s3cret")
        origin = self.start_origin()
        origin.put("ada", case.wide_photo())
        right = self.start_likeness(origin=origin, redis=redis)
        self.assert_picture(right.get(ADA + "HR64x64"), 64, 64)
        case.wait_until(lambda: "meta" in redis.fields("ada"), "the record")
        wrong = self.start_likeness(origin=origin, redis=redis.url.replace("s3cret", "s3crex"))
        self.assert_picture(wrong.get(ADA + "HR64x64"), 64, 64)
        self.assertEqual(origin.count("ada"), 2)
        for server in (right, wrong):
            server.stop()
            self.assertNotIn("s3cre", server.read("err"))


if __name__ == "__main__":
    case.run()
