"""Answers without a body, and "no photo": beside the hit of 3 kB that they spare, and nginx's 304 and
HEAD. By CPU time of the server, as memory_hits.py says."""

import load
import memory_hits
from processes import Failed
from report import Must, Result


def per_cpu_second(server, path, plan, options=(), plain=True):
    return lambda: load.ab(server, path, plan.requests, options, plain).per_cpu_second


def measure(servers, plan):
    origin = servers.origin()
    likeness = servers.likeness("--origin", origin.url("/648x648/{id}.jpg"), "--workers", "1",
                                "--image-workers", "1")
    path, body = memory_hits.body_near(likeness, 3000)
    files = servers.new_folder()
    (files / "photo.jpg").write_bytes(body)
    nginx = servers.nginx_cache(files)
    as_head = ["-i"]

    def if_none_match(server, where):
        tag = load.get(server.url(where))[1]["ETag"]
        load.expect(server.url(where), 304, {"If-None-Match": tag})
        return ["-H", f"If-None-Match: {tag}"]

    nobody = path.replace("person-0", "nobody")
    load.expect(likeness.url(nobody), 404)
    if load.get(nginx.url("/photo.jpg"))[0] != body:
        raise Failed("nginx answers other bytes")
    hit, same, theirs_same, head, theirs_head, none = load.interleaved(plan.rounds, [
        per_cpu_second(likeness, path, plan),
        per_cpu_second(likeness, path, plan, if_none_match(likeness, path), False),
        per_cpu_second(nginx, "/photo.jpg", plan, if_none_match(nginx, "/photo.jpg"), False),
        per_cpu_second(likeness, path, plan, as_head),
        per_cpu_second(nginx, "/photo.jpg", plan, as_head),
        per_cpu_second(likeness, nobody, plan, plain=False)])

    def result(name, ours, at_least, peer=None):
        return Result(f"{name}, by CPU time", "requests/CPU s", ours, peer=peer, limit=hit,
                      peer_name="nginx proxy_cache", limit_name="our memory hit, 3 kB",
                      must=Must("limit", at_least=at_least))
    return [result("304", same, 1.0, theirs_same), result("HEAD", head, 1.0, theirs_head),
            result("no photo", none, 0.9)]
