"""What bench/fleet.sh prints. The processes are those of the end-to-end tests."""

import argparse
import contextlib
import sys
import threading
import time

from support import images
from support.load import Load
from support.origin import Gate, Origin
from support.processes import Likeness
from support.redis_cluster import Cluster
from support.waiting import wait_until

PROXIES = 3


def percentiles(values, unit=1e3):
    ordered = sorted(values)
    pick = {f"p{share}": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * unit
            for share in (50, 90, 99)}
    return ", ".join(f"{name} {value:.1f} ms" for name, value in pick.items()) + \
        f", most {ordered[-1] * unit:.1f} ms"


def is_whole(proxy):
    return proxy.metric("redis_connections") == 2 and proxy.metric("redis_feed_whole") == 1


def cold_crowd(proxies, origin, clients):
    """All ask for one photo that nobody has, before the origin answers the first time."""
    photo = origin.put("crowd", images.plain(640, 640, images.RED), gate=Gate())
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(proxies[i % PROXIES].connect()) for i in range(clients)]
        for link in links:
            link.send(b"GET /photos/crowd/HR240x240 HTTP/1.1\r\nHost: bench\r\n\r\n")
        wait_until(lambda: sum(proxy.metric("flights_awaited_total") for proxy in proxies)
                   == PROXIES - 1, "the others to wait")
        photo.gate.open()
        statuses = {link.response().status for link in links}
    print(f"cold photo, {clients} clients, {PROXIES} proxies: "
          f"{origin.count('crowd')} fetch, statuses {sorted(statuses)}")


def invalidation(proxies, origin, cluster, rounds):
    """From an erased record to the new photo through every proxy, each asked without pause."""
    times = []
    target = "/photos/changing/HR64x64"
    for number in range(rounds):
        origin.put("changing", images.plain(80, 80, images.RED if number % 2 else images.BLUE))
        cluster.master_of("likeness:changing").command("DEL", "likeness:changing")
        for proxy in proxies:
            wait_until(lambda proxy=proxy: proxy.get(target).detail == "memory", "a warm memory")
        old = proxies[0].get(target)["ETag"]
        origin.put("changing", images.plain(80, 80, images.BLUE if number % 2 else images.RED))
        seen = [None] * PROXIES

        def watch(i):
            with proxies[i].connect() as link:
                while link.ask(target)["ETag"] == old:
                    pass
                seen[i] = time.monotonic()

        watchers = [threading.Thread(target=watch, args=(i,)) for i in range(PROXIES)]
        for watcher in watchers:
            watcher.start()
        started = time.monotonic()
        cluster.master_of("likeness:changing").command("DEL", "likeness:changing")
        for watcher in watchers:
            watcher.join()
        times += [moment - started for moment in seen]
    print(f"a change shows, fetch and resize included ({len(times)} times): {percentiles(times)}")


def failover(proxies, cluster, seconds):
    """Throughput second by second while a master dies."""
    def judge(_, answer):
        return "" if answer.status == 200 else f"status {answer.status}"

    targets = [f"/photos/f{i}/HR32x32" for i in range(300)]
    counts = []
    with Load(proxies, targets, judge, count=6) as load:
        wait_until(lambda: load.statuses[200] > 600, "a warm cache")
        killer = threading.Thread(target=lambda: cluster.kill_master_of("likeness:f0"))
        for second in range(seconds):
            before = load.statuses[200]
            if second == 2:
                killer.start()
            time.sleep(1)  # The measurement's own unit.
            counts.append(load.statuses[200] - before)
        killer.join()
        wait_until(lambda: all(map(is_whole, proxies)), "the whole cluster")
    print(f"a master killed in second 3: {counts} answers a second, {percentiles(load.times)}, "
          f"{len(load.wrong)} errors {load.wrong[:3] or ''}")
    return not load.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(Cluster())
        origin = stack.enter_context(Origin(make=lambda _: images.plain(60, 60, images.RED)))
        proxies = [stack.enter_context(Likeness(origin=origin, redis=cluster.url, log__level="warn"))
                   for _ in range(PROXIES)]
        for proxy in proxies:
            wait_until(lambda proxy=proxy: is_whole(proxy), "the whole cluster")
        cold_crowd(proxies, origin, options.clients)
        invalidation(proxies, origin, cluster, options.rounds)
        return 0 if failover(proxies, cluster, options.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
