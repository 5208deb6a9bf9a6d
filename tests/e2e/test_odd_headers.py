"""Header spellings that real clients, proxies and attackers send."""

from support import case

# Answered like any other request.
HARMLESS = (
    "Accept: */*",
    "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "Accept: image/avif,image/jxl,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "Accept: image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,"
    "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    "Accept: *",
    "Accept:",
    "Accept: ",
    "Accept: image/jpeg,",
    "Accept: image/jpeg, ",
    "Accept: image/jpeg;",
    "Accept: image/jpeg,,image/png",
    "Accept: image/jpeg;q=.8",
    "Accept: image/jpeg;q=0.8888",
    "Accept: image/jpeg; q=1.0",
    "Accept: image/jpeg ; q=1.0",
    "Accept: image/jpeg;q=1,",
    'Accept: image/jpeg;q="0.5"',
    "Accept: image/jpeg;foo",
    "Accept: image/jpeg;quality=1",
    "Accept: image/jpeg2000",
    "Accept: image/jpegxl",
    "Accept: image/png8",
    "Accept: image/x-icon",
    "Accept: font/woff2",
    "Accept: model/gltf-binary",
    "Accept: x-world/x-vrml",
    "Accept: application/json-patch+json",
    "Accept: application/xml-dtd",
    "Accept: application/vnd.api+json",
    "Accept: application/json;odata=minimalmetadata;charset=utf-8",
    "Accept: application/json;odata.metadata=none",
    "Accept: application/json;odata=verbose,text/plain",
    "Accept: image/jpeg\t",
    "Accept: image/jpeg;q=0.8\t,*/*",
    "Accept: \timage/jpeg",
    "Accept: IMAGE/JPEG",
    "Accept: none",
    "Accept: image",
    "Accept: q=0.5",
    "Accept: image/jpeg;q=0.9, ;q=0.1",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8;",
    "Accept-Language: ",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Access-Control-Allow-Origin: x",
    "Allow: FOO",
    "Authorization: ",
    "Authorization: Bearer abc.def",
    "Authorization: Negotiate YII==",
    "Cache-Control: ",
    "Cache-Control: ,no-cache",
    "Cache-Control: NO-CACHE",
    "Cache-Control: Max-Age=0",
    "Cache-Control: foo",
    "Cache-Control: immutable",
    "Cache-Control: max-age",
    "Cache-Control: max-age = 0",
    'Cache-Control: max-age="0"',
    "Cache-Control: max-age=0",
    "Cache-Control: max-age=0, stale-if-error=60",
    "Cache-Control: max-age=99999999999999999999",
    "Cache-Control: max-stale",
    "Cache-Control: no-cache",
    "Cache-Control: no-cache ",
    "Cache-Control: no-cache\t",
    "Cache-Control: no-cache , no-store",
    "Cache-Control: no-cache, no-store, must-revalidate",
    "Cache-Control: no-cache,",
    "Cache-Control: no-cache,no-store",
    "Cache-Control: no-cache;max-age=0",
    'Cache-Control: private="x"',
    "Cache-Control: stale-if-error=60",
    "Cache-Control: stale-while-revalidate=60",
    "Pragma: no-cache",
    "Connection: Keep-Alive",
    "Connection: Upgrade",
    "Connection: keep-alive, Upgrade",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Content-Encoding: br",
    "Content-Length: 0",
    "Content-Type: ",
    "Content-Type: application/json-patch+json",
    "Content-Type: application/json;",
    "Content-Type: application/json; charset=utf-8",
    "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
    "Content-Type: font/woff",
    "Content-Type: multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
    "Content-Type: text",
    'Content-Type: text/plain;charset="utf 8"',
    "Cookie: ",
    "Cookie: =x",
    "Cookie: a",
    "Cookie: a=",
    "Cookie: a=1;",
    "Cookie: a=1; ",
    "Cookie: a=1;;",
    "Cookie: a=1; b",
    "Cookie: a=1; b; c=2",
    "Cookie: a=1; b=2",
    'Cookie: {"x":1}',
    "Date: ",
    "Date: 1700000000",
    "Date: Tue, 15 Nov 1994 08:12:31 GMT",
    "Date: Tue, 15 Nov 2022 08:12:31 +0000",
    "Date: garbage",
    "Expect: 100-continue",
    'If-None-Match: W/"abc", "def"',
    'if-none-match: "x"',
    'IF-NONE-MATCH: "y"\r\nIf-None-Match: "z"',
    "If-Modified-Since: garbage",
    "Location: x",
    "Range: bytes=0-10",
    "Server: x",
    "Set-Cookie: a=b; Expires=x",
    "Set-Cookie: a=b; Foo",
    "Set-Cookie: a=b; Max-Age=x",
    "Set-Cookie: foo",
    "User-Agent: ",
    "User-Agent: Mozilla/5.0 (\xe9)",
    "X-Empty:",
)

# Answered, and the connection ends as the client asked.
CLOSING = ("Connection: close", "Connection: TE, close", "connection: CLOSE")

# Refused with one error and a close: each is a way to make two readers see two requests.
REFUSED = (
    ("Content-Length: ", {400}),
    ("Content-Length: -1", {400}),
    ("Content-Length: +1", {400}),
    ("Content-Length: 0x1", {400}),
    ("Content-Length: abc", {400}),
    ("Content-Length: 1, 1", {400}),
    ("Content-Length: 9999999999999", {413}),
    ("Content-Length: 18446744073709551615", {400, 413}),
    ("Content-Length: 99999999999999999999999", {400, 413}),
    ("Transfer-Encoding: ", {400, 501}),
    ("Transfer-Encoding: gzip, chunked", {501}),
    ("Transfer-Encoding: identity", {400, 501}),
    ("Transfer-Encoding: xchunked", {400, 501}),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", {400, 501}),
    (" folded: x", {400}),
    (": emptyname", {400}),
    ("Host: ", {400}),  # The second one of the request.
    ("Host: other", {400}),
    ("Name : v", {400}),
    ("NoColonHeader", {400}),
    ("X-A: 1\r\n continued", {400}),
)

# The only Host of the request.
HOSTS = (
    ("", {200}),
    ("example.com", {200}),
    ("example.com:8080", {200}),
    ("example.com:", {200}),
    ("example.com:0", {200}),
    ("example.com:80 ", {200}),
    ("[::1]", {200}),
    ("[::1]:8080", {200}),
    ("xn--e1afmkfd.com", {200}),
    # Nonsense that no client means: an answer or a refusal, but one of the two.
    ("*", {200, 400}),
    ("2001:db8::1", {200, 400}),
    ("[::1", {200, 400}),
    ("a:b:c", {200, 400}),
    ("example.com:+80", {200, 400}),
    ("example.com:99999", {200, 400}),
    ("example.com:abc", {200, 400}),
    ("exa mple", {400}),
    ("user@host:80", {400}),
    ("a/b", {400}),
    ('a"b<script>', {400}),
)


class OddHeaders(case.ServedCase):
    def setUp(self):
        self.origin.put("ada", case.wide_photo())
        self.expected = self.get("/photos/ada/HR64x64").body

    def ask(self, connection, lines):
        head = "GET /photos/ada/HR64x64 HTTP/1.1\r\n" + lines + "\r\n\r\n"
        connection.send(head.encode("latin-1"))
        return connection.response()

    def test_harmless_spellings_are_answered_and_the_connection_goes_on(self):
        with self.server.connect() as connection:
            for header in HARMLESS:
                with self.subTest(header):
                    answer = self.ask(connection, "Host: h\r\n" + header)
                    self.assertEqual((answer.status, answer.body), (200, self.expected))
                    self.assertNotEqual(answer["Connection"], "close")

    def test_closing_is_understood_in_every_spelling(self):
        for header in CLOSING:
            with self.subTest(header):
                with self.server.connect() as connection:
                    answer = self.ask(connection, "Host: h\r\n" + header)
                    self.assertEqual((answer.status, answer["Connection"]), (200, "close"))
                    self.assertEqual(connection.rest(), b"")

    def test_an_unknown_expectation_is_ignored_or_refused(self):
        with self.server.connect() as connection:
            self.assertIn(self.ask(connection, "Host: h\r\nExpect: foo").status, (200, 417))

    def test_ambiguous_framing_is_refused(self):
        for header, statuses in REFUSED:
            with self.subTest(header):
                with self.server.connect() as connection:
                    answer = self.ask(connection, "Host: h\r\n" + header)
                    self.assertIn(answer.status, statuses)
                    self.assertEqual(answer["Connection"], "close")
                    self.assertEqual(connection.rest(), b"")

    def test_hosts(self):
        for host, statuses in HOSTS:
            with self.subTest(host):
                with self.server.connect() as connection:
                    self.assertIn(self.ask(connection, "Host: " + host).status, statuses)

    def test_a_browsers_cookies_fit(self):
        with self.server.connect() as connection:
            cookies = "; ".join(f"cookie{i}={'v' * 80}" for i in range(100))
            self.assertEqual(self.ask(connection, f"Host: h\r\nCookie: {cookies}").status, 200)


if __name__ == "__main__":
    case.run()
