"""TLS ends in nginx or in hitch; likeness behind them knows its clients all the same."""

import os
import pwd
import socket
import ssl

from support import case
from support.case import Case, square_photo
from support.certificates import make_certificate
from support.http_client import Connection
from support.processes import Process, free_port
from support.waiting import wait_until

PHOTO = "/photos/a/HR48x48"
META = "/api/v2.0/me/contacts('a')/photo"

NGINX = """
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.pem;
    {more}
    location / {{
      proxy_pass http://{backend};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


class Terminator(Process):
    """A server that ends TLS before likeness, with a certificate of its own."""

    def __init__(self, name):
        super().__init__(name)
        self.port = free_port()
        make_certificate(self.folder, "site")

    def command(self):
        raise NotImplementedError

    def start(self):
        self.spawn(self.command())
        wait_until(self._is_up, f"{self.folder}: {self.port}")

    def _is_up(self):
        assert self.child.poll() is None, self.last_words() + self.read("out")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self, certified=False):
        """With `certified` the client shows a certificate: the server's own, for want of another."""
        context = ssl.create_default_context(cafile=self.path("site.crt"))
        if certified:
            context.load_cert_chain(self.path("site.pem"))
        connection = Connection(("127.0.0.1", self.port))
        connection.socket = context.wrap_socket(connection.socket, server_hostname="127.0.0.1")
        return connection

    def get(self, target, headers=None):
        with self.connect() as connection:
            return connection.ask(target, headers)


class Nginx(Terminator):
    def __init__(self, backend, more=""):
        super().__init__("nginx")
        with open(self.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(NGINX.format(port=self.port, backend=backend, more=more))

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.path("nginx.conf"), "-e", "stderr"]


class Hitch(Terminator):
    def __init__(self, backend):
        super().__init__("hitch")
        user = pwd.getpwuid(os.getuid()).pw_name
        host, port = backend.split(":")
        with open(self.path("hitch.conf"), "w", encoding="ascii") as file:
            file.write(f'frontend = "[127.0.0.1]:{self.port}"\nbackend = "[{host}]:{port}"\n'
                       f'pem-file = "{self.path("site.pem")}"\nuser = "{user}"\n'
                       'write-proxy-v2 = on\nworkers = 1\ndaemon = off\n')

    def command(self):
        return ["hitch", "--config", self.path("hitch.conf")]


class Tls(Case):
    def serve(self, **settings):
        origin = self.start_origin(make=lambda photo: square_photo())
        return self.start_likeness(origin, http__trusted_proxies="127.0.0.0/8", **settings)

    def check(self, front):
        self.assert_picture(front.get(PHOTO), 48, 48)
        link = front.get(META, {"Host": "photos.example.org"}).json()["@odata.id"]
        self.assertTrue(link.startswith("https://photos.example.org/api/"), link)
        with front.connect() as connection:  # Many requests on one connection.
            for size in range(20, 40):
                self.assert_picture(connection.ask(f"/photos/a/HR{size}x{size}"), size, size)
        self.assertEqual(front.get("/metrics", {"X-Forwarded-For": "127.0.0.1"}).status, 403)

    def test_nginx(self):
        server = self.serve()
        front = self.start(Nginx(server.urls[0].removeprefix("http://")))
        self.check(front)

    def test_hitch(self):
        server = self.serve(http__proxy_listen="127.0.0.1:0")
        front = self.start(Hitch(server.urls[1].removeprefix("http://")))
        self.check(front)

    def test_nginx_asks_the_cdn_for_a_certificate(self):
        server = self.serve()
        front = self.start(Nginx(server.urls[0].removeprefix("http://"),
                                 "ssl_client_certificate site.crt; ssl_verify_client on;"))
        with front.connect() as connection:
            self.assertEqual(connection.ask(PHOTO).status, 400)
        with front.connect(certified=True) as connection:
            self.assert_picture(connection.ask(PHOTO), 48, 48)

    def test_a_client_of_nginx_has_a_limit_of_its_own(self):
        server = self.serve(limits__requests_per_second=1, limits__burst=3)
        front = self.start(Nginx(server.urls[0].removeprefix("http://")))
        statuses = {front.get(PHOTO, {"X-Forwarded-For": f"192.0.2.{i}"}).status for i in range(9)}
        # nginx adds its client's address, this machine's, which is trusted, to what the client says.
        self.assertEqual(statuses, {200})
        with front.connect() as connection:
            wait_until(lambda: connection.ask(PHOTO, {"X-Forwarded-For": "192.0.2.99"}).status == 429,
                       "too many requests")


if __name__ == "__main__":
    case.run()
