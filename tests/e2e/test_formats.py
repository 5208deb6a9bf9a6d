"""The format that Accept chooses, the size that client hints choose, and the sketch in /meta."""

import base64
import re

from support import case, images

TARGET = "/photos/ada/HR96x96"
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
OLD_EDGE = "image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


class Negotiation(case.ServedCase):
    def setUp(self):
        self.origin.put("ada", case.square_photo())

    def test_auto_takes_the_best_that_the_client_names(self):
        target = TARGET + "?format=auto"
        for accept, form in ((CHROME, "avif"), (OLD_EDGE, "webp"), ("*/*", "jpeg"),
                             (None, "jpeg"), ("image/webp;q=0.1,*/*", "jpeg")):
            answer = self.get(target, {"Accept": accept} if accept else {})
            self.assert_picture(answer, 96, 96, form)
            self.assertEqual(answer["Vary"], "Accept")
            same = self.get(target, {"If-None-Match": answer["ETag"],
                                     **({"Accept": accept} if accept else {})})
            self.assertEqual((same.status, same["Vary"]), (304, "Accept"))

    def test_without_auto_accept_makes_no_difference(self):
        for target, form in ((TARGET, "jpeg"), (TARGET + ".webp", "webp"),
                             (TARGET + ".png?format=auto", "png"), (TARGET + "?format=webp", "webp"),
                             ("/photos/ada?format=png&size=HR96x96", "png")):
            answer = self.get(target, {"Accept": CHROME})
            self.assert_picture(answer, 96, 96, form)
            self.assertIsNone(answer["Vary"], target)
        self.assertEqual(self.get(TARGET + "?format=gif").status, 400)

    def test_a_negotiated_picture_is_no_larger_than_its_jpeg(self):
        self.origin.put("plain", images.plain(64, 64, images.BLUE))
        size = "/photos/plain/HR4x4"
        jpeg = self.get(size)
        explicit = self.get(size + ".avif")
        self.assert_picture(explicit, 4, 4, "avif")
        negotiated = self.get(size + "?format=auto", {"Accept": CHROME})
        self.assertLessEqual(len(negotiated.body), len(jpeg.body))
        self.assertLessEqual(len(negotiated.body), len(explicit.body))

    def test_hints_are_ignored_unless_turned_on(self):
        answer = self.get(TARGET, {"Sec-CH-DPR": "2.0"})
        self.assert_picture(answer, 96, 96)
        self.assertIsNone(answer["Accept-CH"])

    def test_meta_has_a_sketch_of_the_photo(self):
        self.origin.put("green", images.plain(60, 30, images.GREEN))
        for photo in ("ada", "green"):
            meta = self.get(f"/photos/{photo}/meta").json()
            self.assertTrue(re.fullmatch("#[0-9a-f]{6}", meta["colour"]), meta["colour"])
            self.assertLessEqual(len(base64.b64decode(meta["thumbhash"])), 25)
            kind, _, data = meta["lqip"].partition(",")
            self.assertEqual(kind, "data:image/webp;base64")
            self.assertLess(len(meta["lqip"]), 450)
            form, width, height = images.size_of(base64.b64decode(data))
            self.assertEqual((form, max(width, height)), ("webp", 16))
        red, green, blue = (int(meta["colour"][i:i + 2], 16) for i in (1, 3, 5))
        self.assert_near((red, green, blue), images.GREEN)


class Settings(case.ServedCase):
    settings = {"web__negotiate": "true", "web__client_hints": "true"}

    def setUp(self):
        self.origin.put("ada", case.square_photo())

    def test_a_setting_negotiates_urls_without_an_extension(self):
        answer = self.get(TARGET, {"Accept": CHROME})
        self.assert_picture(answer, 96, 96, "avif")
        self.assertEqual(answer["Vary"], "Accept, Sec-CH-DPR, Sec-CH-Width")
        self.assert_picture(self.get(TARGET + ".jpg", {"Accept": CHROME}), 96, 96)
        self.assert_picture(self.get(TARGET + "?format=jpg", {"Accept": CHROME}), 96, 96)
        missing = self.get("/photos/nobody/HR96x96", {"Accept": CHROME})
        self.assertEqual(missing["Vary"], answer["Vary"])

    def test_hints_size_the_picture_where_the_url_does_not(self):
        for target, hints, width in (
                (TARGET + ".jpg", {"Sec-CH-DPR": "2.0"}, 192),
                (TARGET + ".jpg", {"Sec-CH-DPR": "1.5"}, 192),
                (TARGET + ".jpg", {"Sec-CH-DPR": "4"}, 288),
                (TARGET + ".jpg", {"Sec-CH-DPR": "nonsense"}, 96),
                (TARGET + ".jpg?dpr=1", {"Sec-CH-DPR": "3"}, 96),
                (TARGET + ".jpg", {"Sec-CH-Width": "500"}, 96),
                ("/photos/ada?format=jpg", {"Sec-CH-Width": "150", "Sec-CH-DPR": "2"}, 160),
                ("/photos/ada?format=jpg", {"Sec-CH-DPR": "2"}, 96),
                ("/photos/ada?format=jpg&dpr=1", {"Sec-CH-Width": "150"}, 48)):
            answer = self.get(target, hints)
            self.assert_picture(answer, width, width)
            self.assertEqual(answer["Accept-CH"], "Sec-CH-DPR, Sec-CH-Width")
            self.assertEqual(answer["Vary"], "Sec-CH-DPR, Sec-CH-Width")


if __name__ == "__main__":
    case.run()
