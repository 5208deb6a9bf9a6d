"""Restarts under load, and what a service manager is told and gives."""

import collections
import contextlib
import signal
import socket
import threading

from support import case
from support.http_client import Connection, request_bytes
from support.processes import Likeness

CLIENTS = 4


class Activated(Likeness):
    """Serves the listening socket that it inherits, as systemd's socket activation hands it over."""

    def __init__(self, listener, origin, notify=None, watchdog=None):
        # No client here rests; one that this machine holds up for a while is not to lose its request.
        super().__init__(origin, listen=(), http__drain_idle_timeout="10s")
        self.listener = listener
        if notify:
            self.environment["NOTIFY_SOCKET"] = notify
        if watchdog:
            self.environment["WATCHDOG_USEC"] = str(watchdog)

    def launch(self, command):
        fd = self.listener.fileno()
        script = f'exec 3<&{fd}; export LISTEN_PID=$$ WATCHDOG_PID=$$ LISTEN_FDS=1; exec "$@"'
        self.spawn(["bash", "-c", script, "bash", *command], self.environment, pass_fds=(fd,))


class Load:
    """Clients that ask without a pause, each on a connection that it keeps while it may."""

    def __init__(self, address, target):
        self.address = address
        self.target = target
        self.statuses = collections.Counter()
        self.failures = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def _run(self):
        connection = None
        while not self.stopped.is_set():
            try:
                connection = connection or Connection(self.address)
                connection.send(request_bytes(self.target))
                answer = connection.response()
                self.statuses[answer.status] += 1
                if answer["Connection"] == "close":
                    connection.close()
                    connection = None
            except (OSError, AssertionError) as error:
                self.failures.append(repr(error))
                connection = None
        if connection:
            connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def wait_for_more(self):
        seen = self.statuses.total()
        case.wait_until(lambda: self.statuses.total() > seen + 50 * CLIENTS, "more answers")


class Restarts(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ann", case.square_photo())
        self.listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.address = self.listener.getsockname()

    def test_an_inherited_socket_is_served_and_named(self):
        server = self.start(Activated(self.listener, self.origin))
        self.assertEqual(server.urls, [f"http://127.0.0.1:{self.address[1]}"])
        self.assert_picture(server.get("/photos/ann/HR96x96"), 96, 96)

    def test_a_rolling_restart_fails_no_request(self):
        server = self.start(Activated(self.listener, self.origin))
        with Load(self.address, "/photos/ann/HR48x48") as load:
            for _ in range(3):
                load.wait_for_more()
                successor = self.start(Activated(self.listener, self.origin))
                server.signal(signal.SIGTERM)
                self.assertEqual(server.wait(), 0)
                server = successor
            load.wait_for_more()
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.statuses), {200})

    def test_whoever_connects_between_two_processes_is_served_by_the_next(self):
        server = self.start(Activated(self.listener, self.origin))
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)
        with Connection(self.address) as waiting:
            waiting.send(request_bytes("/photos/ann/HR48x48"))
            self.start(Activated(self.listener, self.origin))
            self.assert_picture(waiting.response(), 48, 48)

    def test_the_service_manager_hears_of_the_start_of_life_and_of_the_end(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(case.temporary_folder())
            told = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            told.bind(f"{folder}/notify")
            told.settimeout(case.DEADLINE)
            server = self.start(Activated(self.listener, self.origin, f"{folder}/notify", 100_000))
            words = set()
            while words != {"READY=1", "WATCHDOG=1"}:
                words.add(told.recv(4096).decode())
            server.signal(signal.SIGTERM)
            while told.recv(4096) != b"STOPPING=1":
                pass
            self.assertEqual(server.wait(), 0)


if __name__ == "__main__":
    case.run()
