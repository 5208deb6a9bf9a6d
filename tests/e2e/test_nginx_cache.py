"""Behind nginx's proxy_cache, as config/examples/nginx.conf sets it up."""

from support import case, caches, images

TARGET = "/photos/ada/HR96x96.jpg"


class BehindNginx(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", case.square_photo(), etag='"1"')

    def start_both(self, **settings):
        server = self.start_likeness(self.origin, **settings)
        return server, self.start(caches.Nginx("nginx", server.address[1]))

    def test_a_hit_and_a_304_need_no_likeness(self):
        server, nginx = self.start_both()
        first = nginx.get(TARGET)
        self.assert_picture(first, 96, 96)
        self.assertEqual(first["X-Cache"], "MISS")
        server.stop()
        for accept in ("image/avif,image/webp,*/*", "image/png"):  # No Vary: all share it.
            again = nginx.get(TARGET, {"Accept": accept})
            self.assertEqual((again["X-Cache"], again.body), ("HIT", first.body))
        same = nginx.get(TARGET, {"If-None-Match": first["ETag"]})
        self.assertEqual((same.status, same["ETag"]), (304, first["ETag"]))

    def test_what_is_over_is_revalidated(self):
        server, nginx = self.start_both(cdn__max_age="1s", freshness__stale_while_revalidate="0s")
        first = nginx.get(TARGET)

        def revalidated():
            return nginx.get(TARGET)["X-Cache"] == "REVALIDATED"

        case.wait_until(revalidated, "a revalidation")
        self.assertGreater(server.metric("requests_total", status="304"), 0)
        self.assertEqual(nginx.get(TARGET).body, first.body)

    def test_grace_while_likeness_is_down(self):
        server, nginx = self.start_both(cdn__max_age="1s", freshness__stale_while_revalidate="0s")
        first = nginx.get(TARGET)
        server.kill()
        case.wait_until(lambda: nginx.get(TARGET)["X-Cache"] == "STALE", "a stale photo")
        self.assertEqual(nginx.get(TARGET).body, first.body)

    def test_an_error_is_not_kept_for_long(self):
        self.origin.put("bob", b"", status=500)
        _, nginx = self.start_both(freshness__failure_ttl="1s")
        self.assertEqual(nginx.get("/photos/bob/HR96x96").status, 502)
        self.origin.put("bob", images.jpeg(images.plain(200, 200, images.BLUE)))
        case.wait_until(lambda: nginx.get("/photos/bob/HR96x96").status == 200, "the photo")

    def test_operators_urls_are_not_for_the_world(self):
        _, nginx = self.start_both()
        for path in ("/", "/metrics", "/admin/purge", "/page/contacts"):
            self.assertEqual(nginx.get(path).status, 404, path)


if __name__ == "__main__":
    case.run()
