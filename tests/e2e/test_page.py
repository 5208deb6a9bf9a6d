"""The page at "/": its answers, and what a real Chromium makes of it."""

import json
import os
import pathlib
import shutil
import subprocess

from support import case, images
from support.http_client import Connection
from support.processes import address_of

CLIENT = os.environ.get("LIKENESS_BROWSER_CLIENT", "")
# A browser, under a sanitizer on a busy machine; reaching it is a failure, never a measurement.
PATIENCE = 280


class Page(case.Case):
    def setUp(self):
        self.photos = self.enterContext(case.temporary_folder())
        for photo in sorted(images.PHOTOS.glob("*.png"))[:8]:
            shutil.copy(photo, self.photos)
        self.server = self.start_likeness(f"folder:{self.photos}")

    def browse(self, name, *arguments):
        """What the client saw; its screenshots can be kept, for people to look at."""
        folder = self.enterContext(case.temporary_folder())
        seen = subprocess.run(["node", f"{CLIENT}/client.mjs", arguments[0], folder, *arguments[1:]],
                              timeout=PATIENCE, capture_output=True, text=True, check=False)
        if keep := os.environ.get("LIKENESS_SCREENSHOTS"):
            for picture in pathlib.Path(folder).glob("*.png"):
                shutil.copy(picture, f"{keep}/{name}-{picture.name}")
        self.assertEqual(seen.returncode, 0, seen.stderr)
        return json.loads(seen.stdout)

    def test_in_chromium(self):
        self.assertEqual(self.browse("visitor", self.server.urls[0]), {"count": 8, "sizes": 9})

    def test_an_operator_in_chromium(self):
        server = self.start_likeness(f"folder:{self.photos}", arguments=(
            "--access", "signed", "--signing-key", "k:" + "0f" * 16, "--admin-token", "t0ken"))
        self.assertEqual(self.browse("operator", server.urls[0], "t0ken"), {"count": 8})

    def test_its_answers(self):
        answer = self.server.get("/")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(answer["Cache-Control"], "no-cache")
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", answer["Content-Security-Policy"])
        self.assertNotIn("unsafe", answer["Content-Security-Policy"])
        same = self.server.get("/", {"If-None-Match": answer["ETag"]})
        self.assertEqual((same.status, same.body), (304, b""))
        self.assertEqual(self.server.get("/", method="POST").status, 405)
        self.assertEqual(self.server.get("/page/other").status, 404)

    def test_its_files_may_be_kept(self):
        html = self.server.get("/").body.decode()
        for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript"),
                           ("icon.svg", "image/svg+xml")):
            path = "/" + html[html.index(f"page/{name}?v="):].partition('"')[0]
            answer = self.server.get(path)
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(answer["Content-Type"].partition(";")[0], kind)
            self.assertEqual(answer["Cache-Control"], "public, max-age=31536000, immutable")
            self.assertEqual(self.server.get(f"/page/{name}")["Cache-Control"], "no-cache")

    def test_its_contacts(self):
        names = sorted(path.stem for path in pathlib.Path(self.photos).iterdir())
        contacts = self.server.get("/page/contacts").json()
        self.assertEqual(contacts, {"contacts": [{"id": name, "name": name} for name in names],
                                    "hidden": False, "signed": False})
        origin = self.start_origin()
        self.assertEqual(self.start_likeness(origin).get("/page/contacts").json(),
                         {"contacts": [], "hidden": False, "signed": False})

    def test_contacts_that_are_not_for_everybody_are_for_operators(self):
        server = self.start_likeness(f"folder:{self.photos}", arguments=(
            "--access", "signed", "--signing-key", "k:" + "0f" * 16, "--admin-token", "t0ken"))
        self.assertEqual(server.get("/page/contacts").json(),
                         {"contacts": [], "hidden": True, "signed": True})
        shown = server.get("/page/contacts", {"Authorization": "Bearer t0ken"}).json()
        self.assertEqual((len(shown["contacts"]), shown["hidden"]), (8, False))

    def test_it_is_on_the_operators_listener_where_there_is_one(self):
        server = self.start_likeness(f"folder:{self.photos}", arguments=("--admin-listen", "127.0.0.1:0"))
        for path in ("/", "/page/page.js", "/page/contacts"):
            self.assertEqual(server.get(path).status, 404)
        url = next(line.split()[1] for line in server.read("out").splitlines()
                   if line.startswith("operators "))
        with Connection(address_of(url)) as operators:
            self.assertEqual(operators.ask("/").status, 200)
            self.assertEqual(len(operators.ask("/page/contacts").json()["contacts"]), 8)

    def test_it_can_be_turned_off(self):
        server = self.start_likeness(f"folder:{self.photos}", page__enabled="false")
        for path in ("/", "/page/page.js", "/page/contacts"):
            self.assertEqual(server.get(path).status, 404)


if __name__ == "__main__":
    case.run()
