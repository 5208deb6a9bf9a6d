"""Stand-ins for Microsoft's live services: Graph, the Outlook API, Exchange and UCWA.

Each speaks its own protocol on a port of 127.0.0.1, strictly as far as it goes, and tells what it
was asked. What a test scripts by path comes before what it does by itself.
"""

import collections
import dataclasses
import http.server
import json
import threading
import urllib.parse

from support.origin import Gate, Server  # noqa: F401


@dataclasses.dataclass
class Call:
    """A request as it came."""

    method: str
    target: str
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def path(self):
        return urllib.parse.unquote(urllib.parse.urlsplit(self.target).path)

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.target).query))


@dataclasses.dataclass
class Photo:
    body: bytes
    etag: str


class Service:
    """A context manager; serves until it is left."""

    spec = ""

    def __init__(self):
        self.photos = {}
        self.scripted = collections.defaultdict(collections.deque)  # By path: the next answers.
        self.tokens = None  # Those that are good; None: everybody is let in.
        self.gate = None
        self.calls = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def template(self):
        """What Likeness's --origin takes."""
        return self.spec + self.url

    def put(self, name, body, etag='"1"'):
        self.photos[name] = Photo(body, etag)

    def script(self, path, *answers):
        """(status, headers, body) of the next requests for a path."""
        self.scripted[path].extend(answers)

    def asked(self, path=None):
        """The calls for a path, or all."""
        with self._lock:
            return [call for call in self.calls if path in (None, call.path)]

    def __enter__(self):
        self._server = Server(("127.0.0.1", 0), _handler_for(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        if self.gate:
            self.gate.open()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_clients()

    def answer(self, call):
        with self._lock:
            self.calls.append(call)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.gate:
                self.gate.pass_through()
            return self._answer(call)
        finally:
            with self._lock:
                self._at_once -= 1

    def _answer(self, call):
        with self._lock:
            waiting = self.scripted[call.path]
            if waiting:
                return waiting.popleft()
        if not self.lets_in(call):
            return self.refusal()
        return self.respond(call)

    def lets_in(self, call):
        return (self.tokens is None or call.path == "/token"
                or call.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens)

    def refusal(self):
        return 401, {"WWW-Authenticate": "Bearer"}, b""

    def respond(self, call):
        raise NotImplementedError


def reply(document, status=200, **headers):
    return status, {"Content-Type": "application/json"} | headers, json.dumps(document).encode()


class Graph(Service):
    """Graph: photos of users and contacts, a token endpoint, and an echo of all other calls."""

    spec = "graph:"
    api = "/v1.0"
    contact, user, addresses = "/me/contacts/{}", "/users/{}", ("emailAddresses", "address")
    tag = "@odata.mediaEtag"

    def __init__(self):
        super().__init__()
        self.contacts = collections.defaultdict(list)  # Ids and e-mail addresses.
        self.given = 0

    def refusal(self):
        return reply({"error": {"code": "InvalidAuthenticationToken", "message": "…"}}, 401)

    def photo_path(self, name):
        place = self.user if "@" in name else self.contact
        return self.api + place.format(name) + "/photo"

    def no_photo(self):
        return reply({"error": {"code": "ImageNotFound", "message": "…", "innerError": {}}}, 404)

    def respond(self, call):
        if call.path == "/token":
            self.given += 1
            token = f"app-{self.given}"
            self.tokens = (self.tokens or set()) | {token}
            return reply({"token_type": "Bearer", "expires_in": 3599, "access_token": token})
        for name in set(self.photos) | set(self.contacts):
            if (call.path.startswith(self.photo_path(name))
                    or call.path == self.api + self.contact.format(name)):
                return self.of_photo(call, name)
        if call.path.endswith(("/photo", "/$value")):
            return self.no_photo()
        return self.echo(call)

    def of_photo(self, call, name):
        photo = self.photos.get(name)
        if call.method == "PUT":
            self.put(name, call.body, f'"{len(self.calls)}"')
            return 200, {}, b""
        if call.method == "DELETE":
            del self.photos[name]
            return 204, {}, b""
        if not call.path.endswith(("/photo", "/$value")):
            key, part = self.addresses
            return reply({key: [{part: address} for address in self.contacts[name]]})
        if photo is None:
            return self.no_photo()
        if call.path.endswith("/$value"):
            return 200, {"Content-Type": "image/pjpeg"}, photo.body
        return reply({self.tag: photo.etag, "@odata.mediaContentType": "image/jpeg"})

    def echo(self, call):
        return reply({"method": call.method, "target": call.target, "body": call.body.decode(),
                      "headers": sorted(call.headers.items())}, 207,
                     **{"Preference-Applied": call.headers.get("Prefer", ""), "X-Odd": "kept",
                        "Set-Cookie": "a=b"})


class Outlook(Graph):
    spec = "outlook:"
    api = "/api/v2.0"
    contact, user = "/me/contacts('{}')", "/Users('{}')"
    addresses = ("EmailAddresses", "Address")


class Exchange(Service):
    spec = "ews:"

    def respond(self, call):
        assert call.path == "/ews/Exchange.asmx/s/GetUserPhoto", call.path
        assert call.query["size"] == "HR648x648", call.query
        photo = self.photos.get(call.query["email"])
        if photo is None:
            return 404, {}, b""
        if call.headers.get("If-None-Match") == photo.etag:
            return 304, {"ETag": photo.etag}, b""
        return 200, {"ETag": photo.etag, "Content-Type": "image/jpeg"}, photo.body


class Ucwa(Service):
    spec = "ucwa:"
    application = "/ucwa/oauth/v1/applications/1"

    @property
    def template(self):
        return super().template + self.application

    def respond(self, call):
        name = call.path.removeprefix(self.application + "/")
        photo = self.photos.get(name)
        if photo is None:
            return reply({"code": "NotFound", "message": "…"}, 404)
        if call.headers.get("If-None-Match") == photo.etag:
            return 304, {"ETag": photo.etag}, b""
        return 200, {"ETag": photo.etag, "Content-Type": "image/jpeg"}, photo.body


def _handler_for(service):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, answer = service.answer(
                Call(self.command, self.path, self.headers, body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if status not in (204, 304) and self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one

        def log_message(self, *_):
            pass

    return Handler
