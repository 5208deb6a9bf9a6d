"""Pictures to feed the proxy with, and eyes to check its answers.

Sizes are read from the files' own headers by this code; colours by libvips' command-line tool, in a
process that has nothing to do with the one under test.
"""

import functools
import os
import pathlib
import struct
import subprocess
import tempfile
import zlib

PHOTOS = pathlib.Path(os.environ.get("LIKENESS_PHOTOS", "build/photos"))

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250)


@functools.cache
def photographs():
    """The real photographs by name, PNGs of 512x512 (tests/support/fetch_photos.sh)."""
    found = {path.stem: path.read_bytes() for path in sorted(PHOTOS.glob("*.png"))}
    assert found, f"no photographs in {PHOTOS}"
    return found


def photograph(name):
    return photographs()[name]


# ---- Making pictures

# Colour types of PNG.
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def png(width, height, rows, kind=RGB, depth=8, extra=()):
    """A PNG of rows of raw samples; `extra` are (name, data) of further chunks."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks)


def plain(width, height, colour, note=b""):
    """One colour all over; `note` makes files of the same looks different."""
    extra = [(b"tEXt", b"Comment\0" + note)] if note else []
    return png(width, height, [bytes(colour) * width] * height, extra=extra)


def colour_of(text):
    """A colour that belongs to a text."""
    return (zlib.crc32(text.encode()) & 0xFFFFFF).to_bytes(3, "big")


def quarters(width, height, colours=(RED, GREEN, BLUE, WHITE), sample=bytes, **kind):
    """Four areas: top left, top right, bottom left, bottom right."""
    left, right = width // 2, width - width // 2
    top, bottom = ([sample(a) * left + sample(b) * right] for a, b in (colours[:2], colours[2:]))
    return png(width, height, top * (height // 2) + bottom * (height - height // 2), **kind)


def vips(operation, data, suffix, *arguments, second=None):
    """Runs `vips OPERATION in [second] out.SUFFIX …` on pictures and gives the outcome's bytes."""
    with tempfile.TemporaryDirectory(prefix="likeness-e2e-vips-") as folder:
        files = []
        for name, content in (("in", data), ("second", second)):
            if content is not None:
                files.append(os.path.join(folder, name))
                pathlib.Path(files[-1]).write_bytes(content)
        target = os.path.join(folder, "out." + suffix)
        done = subprocess.run(["vips", operation, *files, target, *arguments], timeout=60,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"vips {operation}: {done.stderr}"
        return pathlib.Path(target.partition("[")[0]).read_bytes()


def insert(ground, detail, left, top):
    """One picture within another."""
    return vips("insert", ground, "png", str(left), str(top), second=detail)


def jpeg(data, orientation=None, options="Q=92"):
    """The picture as JPEG, with an EXIF orientation if given."""
    encoded = vips("copy", data, f"jpg[{options}]")
    return encoded if orientation is None else with_orientation(encoded, orientation)


def with_orientation(data, orientation):
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


# ---- Looking at pictures

def size_of(data):
    """(format, width, height) by the file's own header."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg", *_jpeg_size(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", *struct.unpack(">II", data[16:24])
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp", *_webp_size(data)
    if data[4:8] == b"ftyp" and b"avif" in data[8:32]:
        place = data.index(b"ispe")
        return "avif", *struct.unpack(">II", data[place + 8:place + 16])
    raise AssertionError(f"no picture: {data[:40]!r}")


def _jpeg_size(data):
    place = 2
    while True:
        assert data[place] == 0xFF, "lost in a JPEG"
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2:place + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5:place + 9])
            return width, height
        place += 2 + length


def _webp_size(data):
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    assert kind == b"VP8X", f"a WebP of kind {kind}"
    width, height = (int.from_bytes(data[at:at + 3], "little") for at in (24, 27))
    return width + 1, height + 1


def bands(data):
    """How many channels a picture has, alpha among them."""
    with tempfile.NamedTemporaryFile(prefix="likeness-e2e-") as file:
        file.write(data)
        file.flush()
        told = subprocess.run(["vipsheader", "-f", "bands", file.name], timeout=60,
                              capture_output=True, text=True, check=True)
    return int(told.stdout)


class Pixels:
    """A picture decoded, as sRGB without alpha."""

    def __init__(self, data):
        ppm = vips("colourspace", data, "ppm", "srgb")
        _, size, _, self.samples = ppm.split(b"\n", 3) if b"#" not in ppm[:64] else _no_note(ppm)
        self.width, self.height = (int(number) for number in size.split())

    def at(self, x, y):
        place = (y * self.width + x) * 3
        return tuple(self.samples[place:place + 3])

    def corners(self):
        """The colours in the middle of the four quarters."""
        xs, ys = ((edge // 4, edge * 3 // 4) for edge in (self.width, self.height))
        return tuple(self.at(x, y) for y in ys for x in xs)

    def difference(self, other):
        """The mean difference of samples between pictures of one size, 0 to 255."""
        assert (self.width, self.height) == (other.width, other.height)
        return sum(abs(a - b) for a, b in zip(self.samples, other.samples)) / len(self.samples)


def _no_note(ppm):
    """libvips writes a comment into the second line of a PPM."""
    magic, _, size, most, samples = ppm.split(b"\n", 4)
    return magic, size, most, samples


def near(colour, expected, tolerance=12):
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


def png_first_pixel(data):
    """The first pixel of a PNG of 8 bits: no filter changes it, so nothing needs to be decoded."""
    depth, kind = data[24:26]
    assert depth == 8 and kind in (RGB, RGBA), f"depth {depth}, colour type {kind}"
    place, packed = 8, b""
    while place < len(data):
        length = int.from_bytes(data[place:place + 4], "big")
        if data[place + 4:place + 8] == b"IDAT":
            packed += data[place + 8:place + 8 + length]
        place += 12 + length
    return zlib.decompress(packed)[1:4]
