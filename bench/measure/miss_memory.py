"""Memory over time: many distinct misses of small photos, a burst of large ones, and a rest.

Memory is the PSS of all a server's processes: a page that several of them have is divided among
them, and so counts once in the sum. Imaging workers run the main process's program and libraries,
37 MB of them that are in memory once; sums of resident sizes (RSS) count them for each process.
What is shared with others on the machine counts in part: that is the C library and little else, if
nothing else runs with Likeness's libraries.

ipx keeps neither photos nor pictures: it has no cache to fill. It takes several times as long for a
miss, so it is given fewer.
"""

import time

import load
import usage
from report import Figure, Must, Result

MIB = 1024 * 1024
CACHE = 256 * MIB
LIMIT = (CACHE + 120_000_000) / MIB  # The allowance is for everything but the cache.
REST = 30  # Seconds.


def course(servers, server, path_of, misses, burst):
    """Its memory in MiB after the misses, after the burst, after the rest, and the highest; and
    (second, MiB) from the start. `path_of` gives the server's path of the origin's photo,
    "FOLDER/NAME.jpg", as a square of an edge."""
    def paths(count, source, edge):
        originals = servers.originals_of(source)
        return [path_of(f"{source}/person{number}-{number % originals}.jpg", edge)
                for number in range(count)]

    with usage.MemoryOverTime(server.pid) as memory:
        load.open_loop(servers.build, server, paths(misses, "648x648", 48), connections=8)
        looks = [memory.look()]
        load.ask_each(server, paths(burst, "1600x1200", 648), clients=32)
        looks.append(memory.look())
        time.sleep(REST)
        looks.append(memory.look())
    looks.append(max(size for _, size in memory.samples))
    return [look / MIB for look in looks], [(round(second, 1), round(size / MIB, 1))
                                            for second, size in sorted(memory.samples)]


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url("/{id}"), "--memory-cache", str(CACHE))
    ipx = servers.ipx()

    def our_path(photo, edge):
        return f"/photos/{photo.replace('/', '%2F')}/HR{edge}x{edge}.jpg"

    def their_path(photo, edge):
        return f"/fit_cover,f_jpeg,s_{edge}x{edge}/{origin.url('/' + photo)}"

    ours, our_memory = course(servers, likeness, our_path, plan.distinct, plan.burst)
    theirs, their_memory = course(servers, ipx, their_path, plan.peer_distinct, plan.burst)

    peer = f"ipx, no cache, {plan.peer_distinct:,} misses"
    limit = "a full cache and 120 MB"
    moments = [f"after {plan.distinct:,} misses", f"after a burst of {plan.burst:,} large ones",
               f"{REST} s after the burst"]
    judged = [Result(f"memory {moment}", "MiB, PSS of all processes", [our], peer=[their],
                     limit=[LIMIT], peer_name=peer, limit_name=limit, must=Must("limit", at_most=1.0))
              for moment, our, their in zip(moments, ours, theirs)]
    highest = Result("memory, the highest", judged[0].unit, [ours[-1]], peer=[theirs[-1]],
                     limit=[LIMIT], peer_name=peer, limit_name=limit)
    longest = max(our_memory[-1][0], their_memory[-1][0])
    return [*judged, highest,
            Figure(f"memory over time: misses, a burst of {plan.burst:,} large ones, {REST} s of rest",
                   judged[0].unit, {f"Likeness, {plan.distinct:,} misses": our_memory,
                                    f"ipx, {plan.peer_distinct:,} misses": their_memory,
                                    limit: [(0, LIMIT), (longest, LIMIT)]})]
