"""Clients that ask without pause while something happens, and what they saw."""

import collections
import threading
import time


class Load:
    """A context manager: `count` clients, each on a connection of its own to one of `servers`, ask
    for `targets` in turn. All answers are judged; a connection that breaks is one wrong answer."""

    def __init__(self, servers, targets, judge, count=4):
        self.servers, self.targets, self.judge = servers, targets, judge
        self.statuses = collections.Counter()
        self.wrong = []
        self.times = []
        self._done = threading.Event()
        self._clients = [threading.Thread(target=self._run, args=(i,)) for i in range(count)]

    def __enter__(self):
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for client in self._clients:
            client.join()

    def _run(self, number):
        server = self.servers[number % len(self.servers)]
        try:
            with server.connect() as link:
                while not self._done.is_set():
                    for target in self.targets[number:] + self.targets[:number]:
                        if self._done.is_set():
                            return
                        started = time.monotonic()
                        answer = link.ask(target)
                        self.times.append(time.monotonic() - started)
                        self.statuses[answer.status] += 1
                        if why := self.judge(target, answer):
                            self.wrong.append((target, answer.status, why))
        except (OSError, AssertionError) as error:
            self.wrong.append((server.urls[0], repr(error)))

    def report(self, title):
        """What clients saw, for the reader of the log."""
        times = sorted(self.times) or [0]
        part = {name: f"{times[min(len(times) - 1, int(len(times) * share))] * 1000:.1f} ms"
                for name, share in (("p50", .5), ("p99", .99), ("max", 1))}
        print(f"{title}: {dict(self.statuses)}, {part}", flush=True)
