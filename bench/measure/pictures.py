"""Whoever makes pictures of originals: Likeness and its peers, by one interface, so that they can be
judged at one quality."""

import concurrent.futures
import itertools

import load
import usage
from processes import Failed, output_of

# Of Likeness, and photos enough to fill it: a server's memory cache is full but for its first minutes.
MEMORY_CACHE = "64MiB"
FILL = ("4000x3000", 40)
NEAR = 0.001  # Pictures of equal quality differ by so much of SSIM at most.
BEST = 95  # No peer is asked for a higher quality: what it then lacks is not the encoder's fault.


class Over:
    """A server. `path` makes the URL of a photo (size of the original, its name), an edge and a
    quality."""

    def __init__(self, name, build, server, path):
        self.name, self._build, self._server, self._path = name, build, server, path
        self._new = itertools.count()

    def milliseconds(self, source, originals, edges, quality, count, clients):
        """CPU per photo that nobody has asked for before, of each edge. As many clients as edges ask
        for one photo together, and for the next one only when all are answered."""
        photos = [[self._path(source, f"person{number}-{number % originals}", edge, quality)
                   for edge in edges] for number in itertools.islice(self._new, count)]
        before = usage.cpu_seconds(self._server.pid)
        if clients == len(edges):
            for paths in photos:
                load.open_loop(self._build, self._server, paths, clients)
        else:
            load.ask_each(self._server, itertools.chain.from_iterable(photos), clients)
        return (usage.cpu_seconds(self._server.pid) - before) * 1000 / count

    def per_second(self, source, originals, edge, quality, count, clients):
        """Photos that nobody has asked for before, by the clock: as many clients ask all the time."""
        paths = [self._path(source, f"person{number}-{number % originals}", edge, quality)
                 for number in itertools.islice(self._new, count)]
        return load.open_loop(self._build, self._server, paths, clients).per_second

    def write(self, source, edge, quality, numbers, folder):
        """Pictures of these originals, by the originals' file names. Each is the first of its photo,
        since later ones may be made of a reduced original."""
        for number in numbers:
            path = self._path(source, f"look{edge}-{number}", edge, quality)
            (folder / f"{number}.jpg").write_bytes(load.get(self._server.url(path))[0])


class Loop:
    """A bare loop: a program that does nothing else. With several processes of it by the clock."""

    def __init__(self, name, servers, program, processes=1):
        self.name, self._processes = name, processes
        self._program = servers.build / "bench" / program
        self._originals = servers.originals

    def _run(self, source, edges, quality, count, *how):
        """CPU milliseconds, and seconds by the clock."""
        return map(float, output_of([self._program, self._originals / source,
                                     ",".join(map(str, edges)), quality, count, *how]).split())

    def milliseconds(self, source, _originals, edges, quality, count, _clients, *how):
        milliseconds, _ = self._run(source, edges, quality, count, *how)
        return milliseconds / count

    def per_second(self, source, _originals, edge, quality, count, _clients):
        def rate(each):
            _, seconds = self._run(source, [edge], quality, each)
            return each / seconds
        with concurrent.futures.ThreadPoolExecutor(self._processes) as processes:
            return sum(processes.map(rate, [count // self._processes] * self._processes))

    def write(self, source, edge, quality, numbers, folder):
        output_of([self._program, self._originals / source, edge, quality, f"{folder}/"])
        for file in folder.iterdir():
            if int(file.stem) not in numbers:
                file.unlink()


class Makers:
    """All of them, before one origin, each with so many workers where it has such."""

    def __init__(self, servers, workers=1):
        origin = servers.origin()
        self._servers = servers
        likeness = servers.likeness("--origin", origin.url("/{id}.jpg"), "--workers", workers,
                                    "--image-workers", workers, "--memory-cache", MEMORY_CACHE)
        self.ours = Over("Likeness", servers.build, likeness, lambda source, photo, edge, _:
                         f"/photos/{source}%2F{photo}/HR{edge}x{edge}.jpg")
        source, count = FILL
        self.ours.per_second(source, servers.originals_of(source), 240, 0, count, 2 * workers)

        def plain(source, photo, edge, quality):
            return f"/{quality}/{edge}/{source}/{photo}.jpg"
        self.peers = [
            Over("nginx image_filter", servers.build, servers.image_filter(origin, workers), plain),
            Over("sharp", servers.build, servers.sharp(origin), plain),
            Loop("vips_thumbnail_buffer loop", servers, "thumbnail_loop", workers)]
        self.loop = self.peers[-1]
        # The least that a miss can cost us.
        self.alone = Loop("our imaging job alone", servers, "render_loop", workers)

    def quality_of(self, maker, source, edge, quality, numbers):
        """Mean likeness to what is lossless, and mean bytes."""
        folder = self._servers.new_folder()
        maker.write(source, edge, quality, numbers, folder)
        printed = output_of([self._servers.build / "bench" / "compare_pictures",
                             self._servers.originals / source, folder])
        similarity, length = printed.split()
        return float(similarity), float(length)

    def equal_quality(self, maker, source, edge, numbers, similarity):
        """The highest quality of a peer's encoder, BEST at most, at which its pictures are within
        NEAR of a likeness; with the likeness and bytes that it gives."""
        low, high = 40, BEST
        found = {}
        while low < high:
            middle = (low + high + 1) // 2
            found[middle] = self.quality_of(maker, source, edge, middle, numbers)
            if found[middle][0] <= similarity + NEAR:
                low = middle
            else:
                high = middle - 1
        if low not in found:
            found[low] = self.quality_of(maker, source, edge, low, numbers)
        return low, *found[low]

    def equals(self, source, edge, looks):
        """By so many pictures: our mean likeness and bytes, and of each peer the quality at which it
        is like us, with the same."""
        numbers = range(min(self._servers.originals_of(source), looks))
        ours = self.quality_of(self.ours, source, edge, 0, numbers)
        return ours, [self.equal_quality(peer, source, edge, numbers, ours[0]) for peer in self.peers]


def side(maker, *what):
    """A side of an interleaved comparison: photos per CPU second, `what` being milliseconds()' words.
    Whatever is set up once has been set up."""
    def rate():
        used = maker.milliseconds(*what)
        if not used:
            raise Failed("a server used no CPU: this machine is too busy to measure on")
        return 1000 / used
    rate()
    return rate


def side_by_the_clock(maker, *what):
    """The same with photos per second, `what` being per_second()'s words."""
    def rate():
        return maker.per_second(*what)
    rate()
    return rate
