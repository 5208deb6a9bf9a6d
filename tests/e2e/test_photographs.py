"""Real photographs at all sizes, compared with what libvips makes of them in another process."""

from support import case, images
from test_web import HR_SIZES


class Photographs(case.ServedCase):
    def test_all_of_them_at_all_sizes(self):
        for name, data in images.photographs().items():
            self.origin.put(name, data)
            for edge in HR_SIZES:
                with self.subTest(f"{name} {edge}"):
                    # They have 512x512: more is not to be had.
                    least = min(edge, 512)
                    answer = self.get(f"/photos/{name}/HR{edge}x{edge}")
                    self.assert_picture(answer, least, least)
            self.assertEqual(self.origin.count(name), 1)

    def test_they_look_as_they_should(self):
        # Names, and the most that samples may differ by on average, of 255. A dog's fur costs
        # what is lossy some; a picture shifted by one pixel differs by 9.
        for path, most in (("HR120x120.jpg", 6), ("HR120x120.png", 3), ("HR120x120.webp", 6),
                           ("HR120x120.avif", 7), ("HR64x64.jpg?dpr=2", 6), ("HR360x200", 6),
                           ("HR100x300", 6)):
            for form in ("png", "jpeg"):
                with self.subTest(f"{path} of a {form}"):
                    photo = flat_photograph("dog")
                    source = images.jpeg(photo) if form == "jpeg" else photo
                    self.origin.put(form, source)
                    answer = self.get(f"/photos/{form}/{path}")
                    width, height = answer.size
                    expected = images.vips("thumbnail", photo, "png", str(width), "--height",
                                           str(height), "--crop", "centre")
                    seen = images.Pixels(answer.body)
                    self.assertLess(seen.difference(images.Pixels(expected)), most)

    def test_a_large_photo_is_as_good_by_its_master(self):
        large = images.jpeg(images.vips("resize", flat_photograph("parrot"), "png", "6"))
        self.assertEqual(images.size_of(large), ("jpeg", 3072, 3072))
        self.origin.put("large", large)
        shapes = [images.Pixels(self.get(f"/photos/large/HR{edge}x{edge}.png").body)
                  for edge in (240, 96, 240)]
        small = flat_photograph("parrot")
        for pixels in shapes:
            expected = images.Pixels(images.vips("thumbnail", small, "png", str(pixels.width)))
            self.assertLess(pixels.difference(expected), 4)
        self.assertEqual(self.origin.count("large"), 1)

    def test_more_than_the_master_goes_back_to_the_origin_or_its_bytes(self):
        large = images.jpeg(images.vips("resize", flat_photograph("cat"), "png", "4"))
        self.origin.put("big", large)
        for edge in (64, 96, 648, 2048, 1500, 2048):
            self.assert_picture(self.get(f"/photos/big/HR{edge}x{edge}"), edge, edge)
        self.assertEqual(self.get("/photos/big/meta").json()["width"], 2048)

    def test_attention_finds_what_is_not_in_the_middle(self):
        # A face-sized detail far left on an empty ground.
        ground = images.plain(900, 300, (200, 200, 200))
        detail = images.vips("thumbnail", flat_photograph("cat"), "png", "200")
        self.origin.put("left", images.insert(ground, detail, 20, 50))
        middle = images.Pixels(self.get("/photos/left/HR100x100.png").body)
        found = images.Pixels(self.get("/photos/left/HR100x100.png?gravity=attention").body)
        empty = images.Pixels(images.plain(100, 100, (200, 200, 200)))
        self.assertLess(middle.difference(empty), 1)
        self.assertGreater(found.difference(empty), 10)


def flat_photograph(name):
    """The photograph without alpha."""
    if images.bands(images.photograph(name)) == 3:
        return images.photograph(name)
    return images.vips("flatten", images.photograph(name), "png", "--background", "255 255 255")


if __name__ == "__main__":
    case.run()
