"""Pictures that stand in for photos that are not there."""

import pathlib
from urllib.parse import quote

from support import case, images
from support.contacts import StoreCase

NAMES = ("Ada Lovelace", "Юрий Гагарин", "王小明", "محمد علي", "किशोर कुमार", "김철수", "דוד כהן",
         "Σωκράτης", "Zoë", "3M", "🦄", "👩‍👩‍👧‍👦 Family", "\u0301", "Z" + "\u0301" * 60, "A" * 400)
FORMS = ("jpeg", "webp", "avif", "png")


class Fallback(case.ServedCase):
    settings = {"cdn__tag_headers": "xkey"}

    def test_nothing_stands_in_unless_asked_for(self):
        for target in ("/photos/nobody/HR96x96", "/photos/nobody/HR96x96?fallback=404"):
            self.assertEqual(self.get(target).status, 404, target)
        answer = self.get("/photos/nobody/HR96x96?fallback=picasso")
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.get("/photos/nobody/meta?fallback=monogram").status, 404)

    def test_a_photo_is_never_replaced(self):
        self.origin.put("ada", case.square_photo())
        with_fallback = self.get("/photos/ada/HR96x96?fallback=monogram")
        self.assertEqual(with_fallback.body, self.get("/photos/ada/HR96x96").body)

    def test_every_format_has_the_asked_size(self):
        for kind in ("monogram", "silhouette"):
            for form in FORMS:
                target = f"/photos/nobody/HR64x48.{form}?dpr=2&fallback={kind}"
                self.assert_picture(self.get(target), 128, 96, form)

    def test_names_of_all_scripts_give_a_picture(self):
        for name in NAMES:
            target = f"/photos/nobody/HR64x64.png?fallback=monogram&name={quote(name)}"
            self.assert_picture(self.get(target), 64, 64, "png")

    def test_the_same_contact_has_the_same_picture_and_tag(self):
        target = "/photos/ada.king@example.org/HR96x96?fallback=monogram"
        first = self.get(target)
        self.assert_picture(first, 96, 96)
        self.assertEqual(first["xkey"].split()[0], "likeness")
        again = self.get(target)
        self.assertEqual((again.body, again["ETag"]), (first.body, first["ETag"]))
        named = self.get(target + "&name=Ada%20King")
        self.assertEqual(named["ETag"], first["ETag"])
        self.assertNotEqual(self.get(target + "&name=Bob").body, first.body)
        other = self.start_likeness(self.origin)
        self.assertEqual(other.get(target)["ETag"], first["ETag"])

    def test_it_is_kept_for_a_short_time_and_revalidated(self):
        target = "/photos/nobody/HR96x96?fallback=silhouette"
        first = self.get(target)
        age, kept = (int(first["Age"]), int(first["Cache-Control"].partition("max-age=")[2]))
        self.assertLessEqual(kept - age, 60)
        self.assertTrue(first["Cache-Control"].startswith("public"))
        self.assertIn("no_photo", first["Cache-Status"])
        self.assertIsNone(first["Last-Modified"])
        same = self.get(target, {"If-None-Match": first["ETag"]})
        self.assertEqual((same.status, same.body), (304, b""))
        head = self.get(target, method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head["ETag"], first["ETag"])
        self.assertEqual(int(head["Content-Length"]), len(first.body))

    def test_a_failing_origin_is_told(self):
        self.origin.put("broken", b"no picture")
        self.assertEqual(self.get("/photos/broken/HR96x96?fallback=monogram").status, 422)


class Defaults(case.Case):
    def test_routes_have_defaults_and_images_names(self):
        folder = pathlib.Path(self.enterContext(case.temporary_folder()))
        (folder / "team.png").write_bytes(images.plain(40, 40, images.GREEN))
        origin = self.start_origin()
        server = self.start_likeness(origin, fallback__web="team", fallback__ucwa="silhouette",
                                     fallback__folder=str(folder))
        answer = server.get("/photos/nobody/HR96x96")
        self.assert_picture(answer, 96, 96)
        self.assert_near(images.Pixels(answer.body).at(48, 48), images.GREEN)
        person = "/ucwa/v1/applications/1/people/nobody/contactPhoto"
        self.assertEqual(server.get(person).status, 200)
        self.assertEqual(server.get("/photos/nobody/HR96x96?fallback=404").status, 404)
        outlook = "/api/v2.0/users('a@b.c')/photo/$value"
        self.assertEqual(server.get(outlook).status, 404)

    def test_a_failing_origin_can_be_hidden(self):
        origin = self.start_origin()
        origin.put("broken", b"no picture")
        server = self.start_likeness(origin, fallback__web="silhouette", fallback__on_error="true")
        answer = server.get("/photos/broken/HR96x96")
        self.assert_picture(answer, 96, 96)
        control = answer["Cache-Control"]
        kept = 0 if control == "no-store" else int(control.partition("max-age=")[2])
        self.assertLessEqual(kept - int(answer["Age"] or 0), 10)


class OfContacts(StoreCase):
    def setUp(self):
        super().setUp()
        self.ada = self.api.create({"GivenName": "Ada", "Surname": "King"})["Id"]

    def test_initials_are_those_of_the_contact(self):
        of_contact = self.server.get(f"/photos/{self.ada}/HR96x96?fallback=monogram")
        self.assert_picture(of_contact, 96, 96)
        target = f"/photos/{self.ada}/HR96x96?fallback=monogram&name="
        self.assertEqual(self.server.get(target + "Ada%20King")["ETag"], of_contact["ETag"])
        self.assertNotEqual(self.server.get(target + "Ada")["ETag"], of_contact["ETag"])
        nobody = self.server.get("/photos/nobody%40likeness.example/HR96x96?fallback=monogram")
        self.assert_picture(nobody, 96, 96)

    def test_a_photo_takes_the_place_of_initials_at_once(self):
        target = f"/photos/{self.ada}/HR96x96.png?fallback=monogram"
        initials = self.server.get(target)
        photo = f"/contacts('{self.ada}')/photo/$value"
        put = self.api.ask("PUT", photo, body=images.plain(200, 200, images.RED),
                           headers={"Content-Type": "image/png"})
        self.assertEqual(put.status, 200, put.body)
        self.assert_near(images.Pixels(self.server.get(target).body).at(20, 20), images.RED)
        self.assertEqual(self.api.ask("DELETE", photo).status, 204)
        self.assertEqual(self.server.get(target).body, initials.body)


class Crowd(case.ServedCase):
    settings = {"memory__capacity_bytes": "1MiB", "fallback__memory_bytes": "256KiB"}

    def test_made_up_names_drive_no_photo_out_of_memory(self):
        self.origin.put("ada", case.square_photo())
        photo = self.get("/photos/ada/HR96x96")
        for number in range(150):
            name = chr(ord("A") + number % 26) + "%20" + chr(ord("A") + number // 26)
            target = f"/photos/nobody/HR240x240.png?fallback=monogram&name={name}"
            self.assertEqual(self.get(target).status, 200)
        again = self.get("/photos/ada/HR96x96")
        self.assertIn("hit", again["Cache-Status"])
        self.assertEqual(again.body, photo.body)
        self.assertEqual(self.origin.count("ada"), 1)


if __name__ == "__main__":
    case.run()
