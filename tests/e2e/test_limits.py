"""What one client may ask for, and who the client is."""

import socket
import struct

from support import case
from support.case import Case, square_photo
from support.http_client import Connection, request_bytes

PHOTO = "/photos/a/HR48x48"
LOCAL = "127.0.0.0/8"


def version_2(address):
    """A PROXY header of version 2 for a client at that IPv4 address."""
    body = socket.inet_aton(address) + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 1, 2)
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", len(body)) + body


def version_1(address):
    return f"PROXY TCP4 {address} 127.0.0.1 1 2\r\n".encode()


def first_refused(connection, *requests):
    """Sends the requests again and again, many at once, so that even on a busy machine they arrive
    faster than a bucket fills; gives the first answer that says that it is too much."""
    for _ in range(20):
        connection.send(b"".join(requests) * 30)
        responses = [connection.response() for _ in range(30 * len(requests))]
        for response in responses:
            if response.status == 429:
                return response
            assert response.status == 200, response.head
    raise AssertionError("there is no limit")


class Limits(Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: square_photo())

    def serve(self, *arguments, **settings):
        return self.start_likeness(self.origin, arguments=arguments, **settings)

    FEW = {"limits__requests_per_second": 1, "limits__burst": 3}

    def spend(self, server, headers=None, target=PHOTO):
        """Asks until it is too much; gives that answer."""
        with server.connect() as connection:
            return first_refused(connection, request_bytes(target, headers))

    def test_too_many_requests(self):
        server = self.serve(**self.FEW)
        response = self.spend(server)
        self.assertGreaterEqual(int(response["Retry-After"]), 1)
        self.assertEqual(response["Cache-Control"], "no-store")
        self.assertEqual(response.json()["error"]["code"], "too_many_requests")
        for _ in range(10):
            self.assertEqual(server.get("/healthz").status, 200)

    def test_every_family_says_it_in_its_own_words(self):
        server = self.serve(**self.FEW)
        response = self.spend(server, target="/ucwa/v1/applications/1/people/a/contactPhoto")
        self.assertEqual(response.json()["code"], "TooManyRequests")
        response = self.spend(server, target="/api/v2.0/me/contacts('a')/photo/$value")
        self.assertIn("code", response.json()["error"])

    def test_forwarded_addresses_of_strangers_are_not_believed(self):
        server = self.serve(**self.FEW)
        self.spend(server)
        self.spend(server, {"X-Forwarded-For": "192.0.2.77"})

    def test_trusted_proxies_name_their_clients(self):
        server = self.serve(http__trusted_proxies=LOCAL, **self.FEW)
        self.spend(server, {"X-Forwarded-For": "192.0.2.1"})
        # Whatever the client itself has sent stands before what the proxy adds.
        self.spend(server, {"X-Forwarded-For": "203.0.113.9, 192.0.2.1, 127.0.0.5"})
        self.assert_picture(server.get(PHOTO, {"X-Forwarded-For": "192.0.2.2"}), 48, 48)
        for _ in range(10):  # The proxy itself is no client.
            self.assert_picture(server.get(PHOTO), 48, 48)

    def test_forwarded_can_be_the_header(self):
        server = self.serve(http__trusted_proxies=LOCAL, http__forwarded_by="forwarded", **self.FEW)
        self.spend(server, {"Forwarded": 'for="[2001:db8::1]:4711";proto=https'})
        self.assert_picture(server.get(PHOTO, {"Forwarded": "for=192.0.2.2"}), 48, 48)
        self.spend(server, {"Forwarded": 'for="[2001:db8::2]"', "X-Forwarded-For": "192.0.2.9"})

    def test_links_are_those_that_the_client_sees(self):
        seen = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": "photos.example.org"}
        target = "/api/v2.0/me/contacts('a')/photo"
        trusting = self.serve(http__trusted_proxies=LOCAL)
        for _ in range(2):  # From the origin, and from memory.
            link = trusting.get(target, seen).json()["@odata.id"]
            self.assertTrue(link.startswith("https://photos.example.org/api/"), link)
        link = self.serve().get(target, seen).json()["@odata.id"]
        self.assertTrue(link.startswith("http://test/api/"), link)

    def test_a_client_may_miss_only_so_many_photos(self):
        server = self.serve(limits__missed_photos_per_minute=5, freshness__photo_ttl="1h")
        statuses = [server.get(f"/photos/p{i}/HR48x48").status for i in range(30)]
        self.assertEqual(statuses[:5], [200] * 5)
        self.assertIn(429, statuses)
        asked = self.origin.total()
        self.assertLess(asked, 30)
        for i in range(5):  # What is in memory costs nothing.
            self.assertEqual(server.get(f"/photos/p{i}/HR48x48").status, 200)
        refused = next(i for i in range(30) if statuses[i] == 429)
        response = server.get(f"/photos/p{refused}/HR48x48")
        if response.status == 429:
            self.assertGreaterEqual(int(response["Retry-After"]), 1)
        self.assertLessEqual(self.origin.total(), asked + 1)


class ProxyProtocol(Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: square_photo())

    def serve(self, trusted=LOCAL, **settings):
        return self.start_likeness(
            self.origin, http__proxy_listen="127.0.0.1:0", http__trusted_proxies=trusted,
            **settings)

    def address(self, server):
        """Of the listener that wants PROXY headers: the second one."""
        host, _, port = server.urls[1].removeprefix("http://").rpartition(":")
        return host, int(port)

    def ask(self, server, preface, headers=None):
        with Connection(self.address(server)) as connection:
            connection.send(preface + request_bytes(PHOTO, headers))
            return connection.response()

    def test_the_header_names_the_client(self):
        server = self.serve(**Limits.FEW)
        for preface in (version_1("192.0.2.1"), version_2("192.0.2.2")):
            with Connection(self.address(server)) as connection:
                connection.send(preface)
                first_refused(connection, request_bytes(PHOTO))
        self.assert_picture(self.ask(server, version_2("192.0.2.3")), 48, 48)

    def test_a_client_of_a_proxy_is_no_proxy(self):
        server = self.serve(**Limits.FEW)
        with Connection(self.address(server)) as connection:
            connection.send(version_1("192.0.2.1"))
            first_refused(connection, *(request_bytes(PHOTO, {"X-Forwarded-For": f"198.51.100.{i}"})
                                        for i in range(5)))

    def test_a_header_may_come_byte_by_byte(self):
        server = self.serve()
        for header in (version_1, version_2):
            with Connection(self.address(server)) as connection:
                for byte in header("192.0.2.1") + request_bytes(PHOTO):
                    connection.send(bytes([byte]))
                self.assert_picture(connection.response(), 48, 48)
                self.assert_picture(connection.ask(PHOTO), 48, 48)

    def test_without_the_header_nobody_is_served(self):
        server = self.serve()
        for preface in (b"", b"PROXY nonsense\r\n", b"\r\n\r\n\0\r\nQUIT\n\x41\x11\0\0"):
            with Connection(self.address(server)) as connection:
                connection.send(preface + request_bytes(PHOTO))
                self.assertEqual(connection.rest(), b"")
        self.assert_picture(server.get(PHOTO), 48, 48)  # The other listener wants none.

    def test_only_trusted_proxies_may_connect(self):
        server = self.serve(trusted="192.0.2.0/24")
        with Connection(self.address(server)) as connection:
            try:
                connection.send(version_1("192.0.2.1") + request_bytes(PHOTO))
            except ConnectionError:
                return
            self.assertEqual(connection.rest(), b"")


if __name__ == "__main__":
    case.run()
