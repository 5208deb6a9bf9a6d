"""Every kind of picture that an origin may hold: odd ones are made right, bad ones refused."""

import os
import shutil
import signal
import struct
import subprocess

from support import case, images
from support.images import BLUE, GREEN, RED, WHITE
from support.processes import BINARY, SANITIZED

UPRIGHT = (RED, GREEN, BLUE, WHITE)

# How the four quarters of a file must stand so that its EXIF orientation makes them UPRIGHT.
STORED = {1: (RED, GREEN, BLUE, WHITE), 2: (GREEN, RED, WHITE, BLUE), 3: (WHITE, BLUE, GREEN, RED),
          4: (BLUE, WHITE, RED, GREEN), 5: (RED, BLUE, GREEN, WHITE), 6: (GREEN, WHITE, RED, BLUE),
          7: (WHITE, GREEN, BLUE, RED), 8: (BLUE, RED, WHITE, GREEN)}


def deep(colour):
    """Samples of 16 bits."""
    return b"".join(struct.pack(">H", sample * 257) for sample in colour)


def grey(colour):
    return bytes([sum(colour) // 3])


def palette_picture():
    colours = b"".join(map(bytes, UPRIGHT))
    return images.quarters(60, 40, (0, 1, 2, 3), sample=lambda index: bytes([index]),
                           kind=images.PALETTE, extra=[(b"PLTE", colours)])


def kinds():
    """Name, bytes of a picture of UPRIGHT quarters in 60x40, how far colours may be off."""
    plain = images.quarters(60, 40)
    return (
        ("PNG", plain, 6),
        ("JPEG", images.jpeg(plain), 10),
        ("progressive JPEG", images.jpeg(plain, options="Q=92,interlace"), 10),
        ("JPEG with colour in full", images.jpeg(plain, options="Q=95,subsample-mode=off"), 8),
        ("WebP", images.vips("copy", plain, "webp[Q=95]"), 12),
        ("lossless WebP", images.vips("copy", plain, "webp[lossless]"), 6),
        ("AVIF", images.vips("copy", plain, "avif[Q=90]"), 14),
        ("GIF", images.vips("copy", plain, "gif"), 10),
        ("TIFF", images.vips("copy", plain, "tif"), 6),
        ("TIFF, JPEG inside", images.vips("copy", plain, "tif[compression=jpeg,Q=95]"), 12),
        ("16-bit PNG", images.quarters(60, 40, sample=deep, depth=16), 6),
        ("16-bit TIFF", images.vips("colourspace", plain, "tif", "rgb16"), 6),
        ("palette PNG", palette_picture(), 6),
        ("opaque RGBA", images.quarters(60, 40, sample=lambda c: bytes((*c, 255)),
                                        kind=images.RGBA), 6),
        # The profile-less CMYK of libvips is a rough one: hues are what counts.
        ("CMYK JPEG", images.vips("colourspace", plain, "jpg[Q=95]", "cmyk"), 110),
        ("Display P3", images.vips("icc_transform", plain, "jpg[Q=95]", "p3", "--input-profile",
                                   "srgb"), 14),
        ("Display P3 PNG", images.vips("icc_transform", plain, "png", "p3", "--input-profile",
                                       "srgb"), 10),
    )


class Kinds(case.ServedCase):
    def quarters_of(self, photo, data, width=30, height=20, path=""):
        self.origin.put(photo, data)
        answer = self.get(f"/photos/{photo}/HR{width}x{height}.png{path}")
        self.assert_picture(answer, width, height, "png")
        return images.Pixels(answer.body).corners()

    def assert_upright(self, corners, tolerance, expected=UPRIGHT):
        for seen, colour in zip(corners, expected, strict=True):
            self.assert_near(seen, colour, tolerance)

    def test_every_kind_of_file_gives_srgb_of_its_colours(self):
        for number, (name, data, tolerance) in enumerate(kinds()):
            with self.subTest(name):
                self.assert_upright(self.quarters_of(f"kind{number}", data), tolerance)
                meta = self.get(f"/photos/kind{number}/meta").json()
                self.assertEqual((meta["width"], meta["height"]), (60, 40))
                self.assert_picture(self.get(f"/photos/kind{number}/HR20x20.jpg"), 20, 20)
                self.assertEqual(self.get(f"/photos/kind{number}/original").size, (60, 40))

    def test_all_eight_orientations_are_upright(self):
        for orientation, stored in STORED.items():
            with self.subTest(orientation):
                turned = orientation >= 5
                size = (40, 60) if turned else (60, 40)
                data = images.jpeg(images.quarters(*size, stored), orientation)
                self.assert_upright(self.quarters_of(f"exif{orientation}", data), 14)
                meta = self.get(f"/photos/exif{orientation}/meta").json()
                self.assertEqual((meta["width"], meta["height"]), (60, 40))
                original = self.get(f"/photos/exif{orientation}/original")
                self.assertEqual(images.size_of(original.body), ("jpeg", 60, 40))
                self.assert_upright(images.Pixels(original.body).corners(), 14)

    def test_a_nonsense_orientation_is_none(self):
        for orientation in (0, 9, 255):
            data = images.jpeg(images.quarters(60, 40), orientation)
            self.assert_upright(self.quarters_of(f"exif{orientation}", data), 14)

    def test_grey_stays_grey(self):
        for name, data in (("png", images.quarters(60, 40, sample=grey, kind=images.GREY)),
                           ("jpeg", images.jpeg(images.quarters(60, 40, sample=grey,
                                                                kind=images.GREY)))):
            with self.subTest(name):
                expected = [grey(colour) * 3 for colour in UPRIGHT]
                self.assert_upright(self.quarters_of("grey-" + name, data), 8, expected)

    def test_transparency_is_white_in_a_jpeg_and_stays_elsewhere(self):
        for kind, sample in ((images.RGBA, lambda c: bytes((*c, 0 if c == GREEN else 255))),
                             (images.GREY_ALPHA, lambda c: grey(c) + bytes([c != GREEN and 255]))):
            data = images.quarters(60, 40, sample=sample, kind=kind)
            with self.subTest(kind):
                photo = f"alpha{kind}"
                self.origin.put(photo, data)
                jpeg = self.get(f"/photos/{photo}/HR30x20.jpg")
                self.assert_near(images.Pixels(jpeg.body).corners()[1], (255, 255, 255), 10)
                for form in ("png", "webp"):
                    kept = self.get(f"/photos/{photo}/HR30x20.{form}")
                    alpha = images.vips("extract_band", kept.body, "png",
                                        "1" if images.bands(kept.body) == 2 else "3")
                    corners = images.Pixels(alpha).corners()
                    self.assertEqual([corner[0] > 128 for corner in corners],
                                     [True, False, True, True])

    def test_an_animation_gives_its_first_frame(self):
        # Frames below each other, as libvips has animations.
        frames = images.vips("join", images.quarters(60, 40), "png", "vertical",
                             second=images.plain(60, 40, (0, 0, 0)))
        for form, operation in (("gif", "gifsave"), ("webp", "webpsave")):
            with self.subTest(form):
                data = images.vips(operation, frames, form, "--page-height", "40")
                self.assert_upright(self.quarters_of("animated-" + form, data), 60)
                self.assertEqual(self.get(f"/photos/animated-{form}/meta").json()["height"], 40)

    def test_tiny_and_thin_pictures(self):
        for width, height in ((1, 1), (1, 500), (500, 1), (3, 2)):
            with self.subTest((width, height)):
                self.origin.put(f"{width}-{height}", images.plain(width, height, RED))
                answer = self.get(f"/photos/{width}-{height}/HR100x100")
                self.assert_picture(answer, *[min(width, height)] * 2)
                contained = self.get(f"/photos/{width}-{height}/HR100x100?fit=contain")
                self.assertLessEqual(max(contained.size), 100)
                enlarged = self.get(f"/photos/{width}-{height}/HR64x48?enlarge=1")
                self.assert_picture(enlarged, 64, 48)


def bad_files():
    png, jpeg = images.photograph("astronaut"), case.square_photo()
    # The header promises 40000x40000 grey pixels; the file has none of them.
    bomb = images.png(40_000, 40_000, [], kind=images.GREY)
    return (
        ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
                b'<image href="file:///etc/passwd"/></svg>', "bad_source"),
        ("svg with a prologue", b'<?xml version="1.0"?>\n<svg width="9"/>', "bad_source"),
        ("pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n" * 9, "bad_source"),
        ("mvg", b"push graphic-context\nviewbox 0 0 9 9\n" * 9, "bad_source"),
        ("html", b"<!doctype html><title>Sign in</title>" * 9, "bad_source"),
        ("zeros", bytes(5000), "bad_source"),
        ("one byte", b"\xff", "bad_source"),
        ("jpeg head", jpeg[:400], "bad_source"),
        ("png head", png[:60], "bad_source"),
        ("png cut", png[:len(png) // 2], "bad_source"),
        ("png rotten", png[:2000] + bytes(len(png) - 4000) + png[-2000:], "bad_source"),
        ("webp head", images.vips("copy", png, "webp")[:40], "bad_source"),
        ("avif cut", images.vips("copy", png, "avif")[:300], "bad_source"),
        ("bomb", bomb, "source_too_large"),
        ("heavy", bytes(3 << 20), "source_too_large"),
    )


class Hostile(case.ServedCase):
    settings = {"imaging__max_source_bytes": "2MiB", "imaging__job_timeout": "5s"}

    def setUp(self):
        self.origin.put("good", case.wide_photo())

    def assert_lives(self):
        answer = self.get("/photos/good/HR64x64")
        self.assert_picture(answer, 64, 64)

    def test_bad_files_are_refused_remembered_and_harmless(self):
        for name, data, code in bad_files():
            with self.subTest(name):
                self.origin.put(name, data)
                target = f"/photos/{name.replace(' ', '%20')}"
                for path in ("/HR64x64", "/HR48x48.webp", "/original", "/meta"):
                    answer = self.get(target + path)
                    self.assertEqual(answer.status, 422, answer.body[:80])
                    self.assertEqual(answer.json()["error"]["code"], code)
                self.assertRegex(answer["Cache-Control"], r"max-age=[1-9]")
                self.assertEqual(self.origin.count(name), 1)
                self.assert_lives()

    def test_a_photo_cut_short_within_is_refused(self):
        photo = case.square_photo()
        self.origin.put("cut", photo[:len(photo) // 2])
        self.assertEqual(self.get("/photos/cut/HR64x64").status, 422)
        self.assert_lives()

    def test_a_killed_worker_costs_one_job_at_most(self):
        for number in range(3):
            workers = case.wait_until(self.server.image_workers, "imaging workers")
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
            case.wait_until(lambda old=workers: set(self.server.image_workers()) - set(old),
                            "a new worker")
            photo = f"after{number}"
            self.origin.put(photo, case.wide_photo())
            self.assert_picture(self.get(f"/photos/{photo}/HR64x64"), 64, 64)
        self.assertGreater(self.server.metric("imaging_worker_crashes_total"), 0)

    def test_a_stuck_worker_is_killed_at_the_deadline(self):
        server = self.enterContext(case.Likeness(self.origin, imaging__workers=1,
                                                 imaging__job_timeout="2s"))
        self.origin.put("stuck", case.square_photo())
        worker, = case.wait_until(server.image_workers, "the worker")
        os.kill(worker, signal.SIGSTOP)
        answer = server.get("/photos/stuck/HR64x64")
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (422, "source_too_large"))
        self.origin.put("next", case.square_photo())
        # The next worker may need longer to start than a job may wait.
        case.wait_until(lambda: server.get("/photos/next/HR64x64").status == 200, "the next worker")
        self.assert_picture(server.get("/photos/next/HR64x64"), 64, 64)
        self.assertEqual(server.metric("imaging_worker_timeouts_total"), 1)

    def test_workers_are_replaced_after_their_time(self):
        server = self.enterContext(case.Likeness(self.origin, imaging__workers=1,
                                                 imaging__recycle_after_jobs=2))
        seen = set()
        for number in range(6):
            self.origin.put(f"job{number}", case.wide_photo())
            self.assert_picture(server.get(f"/photos/job{number}/HR64x64"), 64, 64)
            seen.update(server.image_workers())
        self.assertGreaterEqual(len(seen), 3)
        self.assertGreaterEqual(server.metric("imaging_workers_recycled_total"), 2)

    def test_a_worker_at_rest_gives_back_what_a_large_photo_took(self):
        server = self.enterContext(case.Likeness(self.origin, imaging__workers=1))

        def memory():
            return server.metric("resident_memory_bytes", process="imaging")

        self.origin.put("small", case.wide_photo())
        self.assert_picture(server.get("/photos/small/HR64x64"), 64, 64)
        before = memory()
        # Of this one 12 MB of pixels are decoded.
        self.origin.put("large", images.jpeg(images.plain(4000, 3000, RED)))
        self.assert_picture(server.get("/photos/large/HR648x648"), 648, 648)
        if not SANITIZED:
            case.wait_until(lambda: memory() < before + 6e6, "the worker's memory")

    def test_without_a_sandbox_it_works_and_says_so(self):
        server = self.enterContext(case.Likeness(self.origin, imaging__sandbox="false"))
        self.assert_picture(server.get("/photos/good/HR64x64"), 64, 64)
        case.wait_until(lambda: "imaging.sandbox is false" in server.read("err"), "a warning")

    def test_workers_are_confined(self):
        worker = case.wait_until(self.server.image_workers, "imaging workers")[0]
        with open(f"/proc/{worker}/status", encoding="ascii") as file:
            status = file.read().split()
        for name, value in (("Seccomp:", "2"), ("NoNewPrivs:", "1")):
            self.assertEqual(status[status.index(name) + 1], value)

    def test_workers_are_of_the_version_that_was_started(self):
        folder = self.enterContext(case.temporary_folder())
        copy = os.path.join(folder, "likeness")
        workers_program = os.path.join(folder, "likeness-imaging")
        shutil.copy(BINARY, copy)
        alone = subprocess.run([copy, "serve", "--origin", "folder:.", "--listen", "127.0.0.1:0"],
                               capture_output=True, text=True, timeout=case.DEADLINE, check=False)
        self.assertEqual(alone.returncode, 1)
        self.assertIn(f"there is no {workers_program} and no /", alone.stderr)

        shutil.copy(os.path.join(os.path.dirname(BINARY), "likeness-imaging"), workers_program)
        server = self.enterContext(case.Likeness(self.origin, binary=copy, imaging__workers=1))
        worker, = case.wait_until(server.image_workers, "the worker")
        # As an upgrade does it.
        os.rename(shutil.copy("/bin/false", f"{workers_program}.new"), workers_program)
        os.kill(worker, signal.SIGKILL)
        case.wait_until(lambda: set(server.image_workers()) - {worker}, "a new worker")
        self.origin.put("after an upgrade", case.wide_photo())
        self.assert_picture(server.get("/photos/after%20an%20upgrade/HR64x64"), 64, 64)


if __name__ == "__main__":
    case.run()
