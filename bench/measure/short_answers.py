"""Answers without a body, "no photo", and the initials that stand in for it: beside the hit of 3 kB,
and nginx's and Varnish's 304 and HEAD. By CPU time of the server, as memory_hits.py says."""

import load
import memory_hits
from processes import Failed
from report import Must, Result


def per_cpu_second(server, path, plan, options=(), plain=True):
    return lambda: load.ab(server, path, plan.requests, options, plain)


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url("/648x648/{id}.jpg"), "--workers", "1",
                                "--image-workers", "1")
    path, body = memory_hits.body_near(likeness, 3000)
    files = servers.new_folder()
    (files / "photo.jpg").write_bytes(body)
    peers = {"nginx proxy_cache": servers.nginx_cache(files), "Varnish": servers.varnish(files)}

    def if_none_match(server, where):
        tag = load.get(server.url(where))[1]["ETag"]
        load.expect(server.url(where), 304, {"If-None-Match": tag})
        return ["-H", f"If-None-Match: {tag}"]

    nobody = path.replace("person-0", "nobody")
    load.expect(likeness.url(nobody), 404)
    initials = f"{nobody}?fallback=monogram&name=Ada%20King"
    load.get(likeness.url(initials))  # The first one is drawn.
    for peer in peers.values():
        for _ in range(2):  # The first one fills the cache.
            if load.get(peer.url("/photo.jpg"))[0] != body:
                raise Failed(f"{peer.url('/photo.jpg')} answers other bytes")

    def not_modified(server, where):
        return per_cpu_second(server, where, plan, if_none_match(server, where), False)

    def head(server, where):
        return per_cpu_second(server, where, plan, ["-i"])

    # What is compared with our hit comes right after it, in short rounds and many: a machine's pace
    # changes within seconds, and what is looked for is a few percent.
    hit, none, drawn, our_304, our_head, *others = load.interleaved(3 * plan.rounds, [
        per_cpu_second(likeness, path, plan),
        per_cpu_second(likeness, nobody, plan, plain=False),
        per_cpu_second(likeness, initials, plan),
        not_modified(likeness, path), head(likeness, path),
        *(not_modified(server, "/photo.jpg") for server in peers.values()),
        *(head(server, "/photo.jpg") for server in peers.values())])

    def beside_hit(name, ours, at_least):
        return Result(f"{name}, by CPU time", "requests/CPU s", ours, limit=hit,
                      limit_name="our memory hit, 3 kB", must=Must("limit", at_least=at_least))

    results = [beside_hit("no photo", none, 0.9), beside_hit("monogram", drawn, 0.9)]
    for name, ours, theirs in (("304", our_304, others[:len(peers)]),
                               ("HEAD", our_head, others[len(peers):])):
        results.append(beside_hit(name, ours, 1.0))
        results += [Result(f"{name}, by CPU time", "requests/CPU s", ours, peer=rates,
                           peer_name=peer) for peer, rates in zip(peers, theirs)]
    return results
