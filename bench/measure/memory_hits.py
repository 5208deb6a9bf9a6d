"""Hits in memory: beside nginx's proxy_cache and Varnish with the same bodies, and beside a bare
reactor that writes the same bytes without reading what is asked. One worker each, but for Varnish,
which has a thread for each connection that is busy.

What must hold is judged by the server's CPU time. By the clock the client is measured as well: wrk
needs longer to receive 30 kB than the servers to send them, and they share the cores.
"""

import load
from processes import Failed
from report import Must, Result, waits_figure

SIZES = [48, 64, 96, 120, 144, 168, 192, 240, 288, 336, 360, 432, 504, 576, 648]


def body_near(likeness, bytes_wanted):
    """A path whose answer is about so long, and the answer."""
    answers = ((path, load.get(likeness.url(path))[0])
               for path in (f"/photos/person-0/HR{edge}x{edge}.jpg" for edge in SIZES))
    return min(answers, key=lambda answer: abs(len(answer[1]) - bytes_wanted))


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url("/648x648/{id}.jpg"), "--workers", "1",
                                "--image-workers", "1")
    results = []
    for kilobytes in (3, 30):
        path, body = body_near(likeness, kilobytes * 1000)
        files = servers.new_folder()
        (files / "photo.jpg").write_bytes(body)
        nginx = servers.nginx_cache(files)
        varnish = servers.varnish(files)
        bare = servers.bare(load.answer(likeness, path))
        sides = [(likeness, path), (nginx, "/photo.jpg"), (varnish, "/photo.jpg"), (bare, path)]
        for server, where in sides:
            for _ in range(2):  # The first one fills the cache.
                if load.get(server.url(where))[0] != body:
                    raise Failed(f"{server.url(where)} answers other bytes")
            load.wrk(server, where, 1)
        rounds = load.interleaved(plan.rounds, [
            lambda server=server, where=where: load.wrk(server, where, plan.seconds)
            for server, where in sides])
        results += as_results(f"memory hit, {kilobytes} kB", *rounds)
    return results


def as_results(name, ours, nginx, varnish, bare):
    return (beside(name, "requests/s", [[rate.per_second for rate in side]
                                        for side in (ours, nginx, varnish, bare)])
            + beside(f"{name}, by CPU time", "requests/CPU s",
                     [[rate.per_cpu_second for rate in side]
                      for side in (ours, nginx, varnish, bare)],
                     nginx_must=Must("peer", at_least=1.8), bare_must=Must("limit", at_least=0.85))
            + [waits_figure(f"wait for a {name}, 32 clients that ask again when they are answered", {
                "Likeness": ours, "nginx proxy_cache": nginx, "Varnish": varnish,
                "bare reactor": bare})])


def beside(name, unit, sides, nginx_must=None, bare_must=None):
    ours, nginx, varnish, bare = sides
    return [Result(name, unit, ours, peer=nginx, peer_name="nginx proxy_cache", must=nginx_must),
            Result(name, unit, ours, peer=varnish, limit=bare, peer_name="Varnish",
                   limit_name="bare reactor, same bytes", must=bare_must)]
