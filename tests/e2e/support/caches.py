"""The caches that stand in front of likeness: nginx and Varnish, configured by config/examples."""

import contextlib
import pathlib
import socket

from support.http_client import Connection
from support.processes import Process, free_port
from support.waiting import wait_until

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "config" / "examples"


class Cache(Process):
    """A cache on a free port, before the likeness at `port`, which need not be there yet."""

    def __init__(self, name, port):
        super().__init__(name)
        self.backend = port
        self.address = ("127.0.0.1", free_port())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.address[1]}"

    def example(self, name, *replaced):
        """An example with the places of this test in it; each must be there once at least."""
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        for old, new in replaced:
            assert old in text, f"{name}: {old}"
            text = text.replace(old, new)
        pathlib.Path(self.path(name)).write_text(text, encoding="utf-8")
        return self.path(name)

    def get(self, target, headers=None, **more):
        with Connection(self.address) as connection:
            return connection.ask(target, headers, **more)

    def wait(self):
        super().wait()
        return 0  # What they end with differs, and is nothing to these tests.

    def _listens(self):
        assert self.child.poll() is None, self.read("err")
        with contextlib.suppress(OSError), socket.create_connection(self.address, 1):
            return True
        return False


class Nginx(Cache):
    def start(self):
        site = self.example(
            "nginx.conf", ("/var/cache/nginx/likeness", self.path("cache")),
            ("127.0.0.1:8080", f"127.0.0.1:{self.backend}"),
            ("listen 80;", f"listen 127.0.0.1:{self.address[1]};"))
        temporary = "".join(f"{name}_temp_path {self.path(name)};\n" for name in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        pathlib.Path(self.path("main.conf")).write_text(
            f"daemon off; master_process off; pid {self.path('pid')}; error_log {self.path('log')};"
            f"events {{ }}\nhttp {{\naccess_log off;\n{temporary}include {site};\n}}\n",
            encoding="utf-8")
        self.spawn(["nginx", "-c", self.path("main.conf"), "-e", self.path("log")])
        wait_until(self._listens, "nginx")


class Varnish(Cache):
    def start(self):
        vcl = self.example("likeness.vcl", ('.port = "8080"', f'.port = "{self.backend}"'))
        self.spawn(["varnishd", "-F", "-j", "none", "-n", self.path("work"), "-f", vcl,
                    "-a", f"127.0.0.1:{self.address[1]}", "-T", "none", "-s", "malloc,16m",
                    "-p", "thread_pool_min=5", "-p", "thread_pools=1"])
        wait_until(self._listens, "varnishd")
