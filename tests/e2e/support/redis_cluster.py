"""A Redis Cluster of three masters and three replicas, and servers that only look like a Redis."""

import contextlib
import itertools
import socket
import threading
import time

from support.processes import Redis
from support.waiting import wait_until

SLOTS = 16384


class Cluster:
    """A context manager. `nodes` are the servers, the first three of them masters at first."""

    def __init__(self, masters=3, node_timeout=1000):
        self.stack = contextlib.ExitStack()
        self.nodes = [self._node(node_timeout) for _ in range(2 * masters)]
        self.masters, self.replicas = self.nodes[:masters], self.nodes[masters:]

    @staticmethod
    def _node(node_timeout):
        return Redis(options=("--cluster-enabled", "yes", "--cluster-node-timeout",
                              str(node_timeout), "--cluster-port", str(free_port()),
                              "--cluster-require-full-coverage", "no",
                              "--cluster-config-file", "nodes.conf",
                              "--repl-diskless-sync-delay", "0"))

    @property
    def url(self):
        return "cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for node in self.nodes:
                stack.enter_context(node)
            self._join()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _join(self):
        first = self.nodes[0]
        share = SLOTS // len(self.masters) + 1
        for number, master in enumerate(self.masters):
            last = min((number + 1) * share, SLOTS) - 1
            master.command("CLUSTER", "ADDSLOTSRANGE", str(number * share), str(last))
            # So that no two claim to be the newest in an election.
            master.command("CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
        for node in self.nodes[1:]:
            bus = first.options[first.options.index("--cluster-port") + 1]
            node.command("CLUSTER", "MEET", "127.0.0.1", str(first.port), bus)
        for node in self.nodes:
            wait_until(lambda node=node: f"cluster_known_nodes:{len(self.nodes)}"
                       in node.command("CLUSTER", "INFO"), "all nodes to know each other")
        for master, replica in zip(self.masters, self.replicas):
            name = master.command("CLUSTER", "MYID")
            wait_until(lambda replica=replica, name=name: self._replicates(replica, name),
                       "a replica")
        for node in self.nodes:
            wait_until(lambda node=node: "cluster_state:ok" in node.command("CLUSTER", "INFO"),
                       "the cluster")

    @staticmethod
    def _replicates(replica, name):
        """It may not know yet that the other one is a master."""
        with contextlib.suppress(AssertionError):
            replica.command("CLUSTER", "REPLICATE", name)
        return "master_link_status:up" in replica.command("INFO", "replication")

    def master_of(self, key):
        """The server that has the key now, as its slot's master says."""
        slot = self.slot(key)
        for node in self._living():
            for first, last, master, *_ in node.command("CLUSTER", "SLOTS"):
                if first <= slot <= last:
                    return self.at(master[1])
        raise AssertionError(f"nobody has slot {slot}")

    def at(self, port):
        return next(node for node in self.nodes if node.port == port)

    def slot(self, key):
        return self._living()[0].command("CLUSTER", "KEYSLOT", key)

    def _living(self):
        return [node for node in self.nodes if node.child.poll() is None and not node.ended]

    def fields(self, photo):
        key = f"likeness:{photo}"
        return set(self.master_of(key).command("HKEYS", key))

    def kill_master_of(self, key):
        """Gives the replica that takes over, once it has."""
        master = self.master_of(key)
        replica = self.replicas[self.masters.index(master)]
        master.kill()
        wait_until(lambda: "role:master" in replica.command("INFO", "replication"), "a failover")
        return replica

    def migrate(self, key):
        """Moves the key's slot to another master, the documented way, key by key."""
        slot, source = self.slot(key), self.master_of(key)
        target = next(node for node in self.masters if node is not source)
        ids = {node: node.command("CLUSTER", "MYID") for node in (source, target)}
        target.command("CLUSTER", "SETSLOT", str(slot), "IMPORTING", ids[source])
        source.command("CLUSTER", "SETSLOT", str(slot), "MIGRATING", ids[target])
        for _ in itertools.count():
            keys = source.command("CLUSTER", "GETKEYSINSLOT", str(slot), "10")
            if not keys:
                break
            for one in keys:
                source.command("MIGRATE", "127.0.0.1", str(target.port), one, "0", "5000",
                               "REPLACE")
        for node in (target, source, *self.masters):
            node.command("CLUSTER", "SETSLOT", str(slot), "NODE", ids[target])
        return source, target


class Impostor:
    """Takes connections where a Redis should be, and does with each what `behave` does."""

    def __init__(self, behave, port=0):
        self.behave = behave
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.links = []
        self.taken = 0

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        for link in self.links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()

    def _serve(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.taken += 1
            self.links.append(link)
            threading.Thread(target=self._run, args=(link,), daemon=True).start()

    def _run(self, link):
        with contextlib.suppress(OSError):
            self.behave(link)


def garbage(link):
    """An answer to everything, and never a sensible one."""
    for answer in itertools.cycle((b"?what\r\n", b"*-7\r\n", b"$99999999999\r\n", b"\x00\xff" * 99,
                                   b"HTTP/1.1 400 Bad Request\r\n\r\n")):
        if not link.recv(65536):
            return
        link.sendall(answer)


def nonsense(link):
    """Well-formed, and never what was asked for."""
    for answer in itertools.cycle((b"+OK\r\n", b":7\r\n", b"*1\r\n:1\r\n", b"$2\r\nxx\r\n",
                                   b"*0\r\n", b"-ERR no\r\n")):
        data = link.recv(65536)
        if not data:
            return
        # As many answers as commands, so that the connection stays in step.
        link.sendall(answer * max(1, data.count(b"*")))


class SlowPath(Impostor):
    """A way to a Redis on which every answer takes `delay` seconds longer."""

    def __init__(self, redis, delay):
        super().__init__(self._relay)
        self.target = ("127.0.0.1", redis.port)
        self.delay = delay

    def _relay(self, link):
        with socket.create_connection(self.target) as server:
            self.links.append(server)
            threading.Thread(target=self._pump, args=(link, server), daemon=True).start()
            while data := server.recv(65536):
                time.sleep(self.delay)  # What is under test, and not a way to wait for it.
                link.sendall(data)

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


