"""What the test files share: a test case that owns processes."""

import functools
import tempfile
import unittest

from support import images
from support.origin import Gate, Origin  # noqa: F401
from support.processes import Likeness, Redis
from support.waiting import DEADLINE, wait_until  # noqa: F401


class Case(unittest.TestCase):
    """Processes that a test starts end with it; an unclean end fails the test."""

    maxDiff = None

    def start(self, process):
        return self.enterContext(process)

    def start_origin(self, **options):
        return self.start(Origin(**options))

    def start_likeness(self, *arguments, **settings):
        return self.start(Likeness(*arguments, **settings))

    def start_redis(self, **options):
        return self.start(Redis(**options))

    def assert_picture(self, response, width, height, form="jpeg"):
        """A good answer with a picture of just this size, and headers that say so."""
        self.assertEqual(response.status, 200, response.body[:200])
        self.assertEqual(images.size_of(response.body), (form, width, height))
        self.assertEqual(response["Content-Type"], f"image/{form}")
        self.assertEqual(response.size, (width, height))

    def assert_near(self, colour, expected, tolerance=12):
        self.assertTrue(images.near(colour, expected, tolerance), f"{colour}, not {expected}")


class ServedCase(Case):
    """One origin and one likeness for all tests of a class, which must use photos of their own."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.origin = cls.enterClassContext(Origin())
        cls.server = cls.enterClassContext(Likeness(cls.origin, **cls.settings))
        cls.get = cls.server.get


@functools.cache
def wide_photo():
    """A JPEG of 500x300."""
    cut = images.vips("crop", images.photograph("dog"), "png", "0", "100", "500", "300")
    return images.jpeg(cut)


@functools.cache
def square_photo():
    """A JPEG of 648x648, the largest size that Exchange keeps."""
    return images.jpeg(images.vips("resize", images.photograph("sushi"), "png", str(648 / 512)))


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="likeness-e2e-")


def run():
    unittest.main(verbosity=2)
