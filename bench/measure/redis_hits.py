"""Hits in Redis, the memory cache off, beside redis-benchmark asking that Redis the same thing."""

import load
import memory_hits
from processes import Failed
from redis_monitor import RedisMonitor
from report import Must, Result, waits_figure


def command_of(likeness, redis, path):
    """What Likeness asks Redis for a hit: one command."""
    with RedisMonitor(redis.port) as monitor:
        load.get(likeness.url(path))
        commands = monitor.commands()
    if len(commands) != 1 or commands[0][0] != "HMGET":
        raise Failed(f"a Redis hit takes the commands {commands}")
    return commands[0]


def measure(servers, plan):
    origin = servers.origin()
    redis = servers.redis()
    likeness = servers.likeness("--origin", origin.url("/648x648/{id}.jpg"), "--workers", "1",
                                "--image-workers", "1", "--memory-cache", "0",
                                "--redis", f"redis://127.0.0.1:{redis.port}")
    path, body = memory_hits.body_near(likeness, 3000)
    files = servers.new_folder()
    (files / "photo.jpg").write_bytes(body)
    nginx = servers.nginx_cache(files)
    again, headers = load.get(likeness.url(path))
    if again != body or "detail=redis" not in headers["Cache-Status"]:
        raise Failed(f"{path} is no Redis hit: {headers['Cache-Status']}")
    command = command_of(likeness, redis, path)
    load.get(nginx.url("/photo.jpg"))

    ours, theirs, limit = load.interleaved(plan.rounds, [
        lambda: load.wrk(likeness, path, plan.seconds),
        lambda: load.wrk(nginx, "/photo.jpg", plan.seconds),
        lambda: load.redis_benchmark(redis, command, plan.commands)])
    name, unit, rates = "Redis hit, 3 kB", "requests/s", [rate.per_second for rate in ours]
    return [Result(name, unit, rates, peer=[rate.per_second for rate in theirs],
                   peer_name="nginx proxy_cache", must=Must("peer", at_least=0.8)),
            Result(name, unit, rates, limit=limit, limit_name="redis-benchmark, same HMGET",
                   must=Must("limit", at_least=0.6)),
            waits_figure("wait for a Redis hit, 3 kB, 32 clients that ask again when they are answered",
                         {"Likeness": ours, "nginx proxy_cache": theirs})]
