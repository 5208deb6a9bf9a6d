"""What a photo costs: bytes in memory and in Redis, and Redis commands per class of request."""

import contextlib
import sys

from redis_monitor import RedisMonitor
from support import images
from support.origin import Origin
from support.processes import Likeness, Redis
from support.waiting import wait_until

PHOTOS = 200
EDGE = 648  # The largest photo that Exchange keeps.


def original():
    cut = images.vips("resize", images.photograph("sushi"), "png", str(EDGE / 512))
    return images.jpeg(cut, options="Q=85")


def is_quiet(proxy):
    return proxy.metric("flights") == 0 and proxy.metric("redis_commands_pending") == 0


class Bench:
    def __init__(self, stack):
        self.redis = stack.enter_context(Redis())
        self.origin = stack.enter_context(Origin(make=lambda name: None))
        self.body = original()
        for i in range(PHOTOS):
            self.origin.put(f"photo-{i}", self.body, etag='"1"')
        self.first, self.second = (
            stack.enter_context(Likeness(origin=self.origin, redis=self.redis, log__level="warn"))
            for _ in range(2))
        for proxy in (self.first, self.second):
            wait_until(lambda proxy=proxy: proxy.metric("redis_feed_whole") == 1, "the feed")

    def ask(self, proxy, size, names="photo"):
        with proxy.connect() as link:
            for i in range(PHOTOS):
                link.ask(f"/photos/{names}-{i}/{size}")
        for one in (self.first, self.second):
            wait_until(lambda one=one: is_quiet(one), "rest")

    def commands(self, title, *request):
        """Per request, of both processes: the one that is asked and the one that hears of it."""
        with RedisMonitor(self.redis.port) as monitor:
            self.ask(*request)
            sent = [words[0].upper() for words in monitor.commands()]
        counts = {word: sent.count(word) / PHOTOS for word in sorted(set(sent)) if word != "PING"}
        text = ", ".join(f"{count:.2f} {word}" for word, count in counts.items()) or "none"
        print(f"Redis commands, {title}: {text}")

    def memory(self, title):
        bytes_ = self.first.metric("memory_cache_bytes")
        stored = [self.redis.command("MEMORY", "USAGE", f"likeness:photo-{i}") for i in range(PHOTOS)]
        print(f"bytes a photo, {title}: {bytes_ / PHOTOS:.0f} in a process, "
              f"{sum(stored) / PHOTOS:.0f} in Redis")


def main():
    with contextlib.ExitStack() as stack:
        bench = Bench(stack)
        print(f"{PHOTOS} photos, each a JPEG of {EDGE}x{EDGE} and {len(bench.body)} bytes")
        bench.commands("a cold photo", bench.first, "HR96x96")
        bench.memory("original and HR96x96")
        bench.commands("a memory hit", bench.first, "HR96x96")
        bench.commands("a Redis hit", bench.second, "HR96x96")
        bench.commands("a second size", bench.first, "HR240x240")
        bench.memory("original, HR96x96 and HR240x240")
        bench.commands("no photo", bench.first, "HR96x96", "nobody")
        bench.commands("no photo, known in Redis", bench.second, "HR96x96", "nobody")
    return 0


if __name__ == "__main__":
    sys.exit(main())
