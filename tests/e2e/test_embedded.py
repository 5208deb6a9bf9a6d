"""Photos of the embedded contact store: imported, served, exported."""

import base64
import pathlib

from support import case
from support.processes import run_likeness


def card(address, photo):
    """A vCard 3.0 with a folded photo."""
    line = "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(photo).decode()
    folded = "\r\n ".join(line[start:start + 74] for start in range(0, len(line), 74))
    return (f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Ann\r\nFN:Ann Lee\r\nEMAIL:{address}\r\n"
            f"{folded}\r\nEND:VCARD\r\n")


class Embedded(case.Case):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(case.temporary_folder()))
        self.store = str(self.folder / "store")

    def run_import(self, path):
        done = run_likeness("import", str(path), "--store", self.store)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_imported_photos_are_served_by_address_at_any_size(self):
        cards = self.folder / "cards.vcf"
        cards.write_text(card("ann@example.com", case.square_photo()), newline="")
        self.assertIn("1 created, 0 updated", self.run_import(cards))
        self.assertIn("0 created, 0 updated, 1 unchanged", self.run_import(cards))
        server = self.start_likeness(f"embedded:{self.store}")
        answer = server.get("/photos/ann%40example.com/HR240x240")
        self.assert_picture(answer, 240, 240)
        self.assert_picture(server.get("/photos/Ann%40Example.com/HR96x96.png"), 96, 96, "png")
        self.assertEqual(server.get("/photos/bob%40example.com/HR240x240").status, 404)
        self.assertEqual(server.get("/photos/ann%40example.com/meta").json()["width"], 648)

    def test_a_new_photo_appears_when_the_old_one_is_no_longer_fresh(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        (pictures / "ann@example.com.jpg").write_bytes(case.wide_photo())
        self.run_import(pictures)
        server = self.start_likeness(f"embedded:{self.store}", arguments=(
            "--set", "freshness.min_ttl=0s", "--set", "freshness.max_ttl=0s",
            "--set", "freshness.photo_ttl=0s", "--set", "freshness.stale_while_revalidate=0s"))
        first = server.get("/photos/ann%40example.com/meta").json()
        self.assertEqual((first["width"], first["height"]), (500, 300))
        (pictures / "ann@example.com.jpg").write_bytes(case.square_photo())
        self.run_import(pictures)
        self.assertEqual(server.get("/photos/ann%40example.com/meta").json()["width"], 648)

    def test_an_export_can_be_imported_again(self):
        cards = self.folder / "cards.vcf"
        cards.write_text(card("ann@example.com", case.square_photo()), newline="")
        self.run_import(cards)
        exported = run_likeness("export", "--store", self.store)
        self.assertEqual(exported.returncode, 0, exported.stderr)
        again = self.folder / "again.vcf"
        again.write_text(exported.stdout, newline="")
        self.store = str(self.folder / "other")
        self.assertIn("1 created", self.run_import(again))

    def test_what_cannot_be_used_is_said(self):
        missing = run_likeness("import", str(self.folder / "none.vcf"), "--store", self.store)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("none.vcf", missing.stderr)
        self.assertEqual(run_likeness("import").returncode, 2)
        (self.folder / "file").write_text("no folder")
        broken = run_likeness("serve", "--origin", f"embedded:{self.folder}/file/x")
        self.assertEqual(broken.returncode, 1)
        self.assertIn("contact store", broken.stderr)


if __name__ == "__main__":
    case.run()
