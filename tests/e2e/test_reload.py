"""SIGHUP: keys, tokens, access, limits and the log's level change while requests go on."""

import hashlib
import json
import pathlib
import signal

from support import case
from support.case import wait_until
from support.load import Load
from support.processes import run_likeness

PHOTO = "/photos/ada/HR48x48"


def key(name):
    return f"{name}:{name.encode().hex() * 16}"


def token(user, text):
    return f"{user}:Contacts.Read:{hashlib.sha256(text.encode()).hexdigest()}"


def signed(with_key):
    return run_likeness("sign", PHOTO, "--key", with_key).stdout.strip()


class Reload(case.Case):
    def setUp(self):
        self.origin = self.start_origin()
        self.origin.put("ada", case.square_photo())
        self.folder = pathlib.Path(self.enterContext(case.temporary_folder()))
        self.keys = self.folder / "keys"
        self.reloads = 0

    def write(self, **sections):
        (self.folder / "likeness.json").write_text(json.dumps(sections), encoding="utf-8")

    def start_server(self, **sections):
        self.write(**sections)
        return self.start_likeness(self.origin, log__level=None,
                                   arguments=("--config", str(self.folder / "likeness.json")))

    def reload(self, server, outcome="are reloaded"):
        """Returns when the server says what has come of it."""
        seen = server.read("err").count(outcome)
        server.signal(signal.SIGHUP)
        wait_until(lambda: server.read("err").count(outcome) > seen, f"'{outcome}' in the log")

    def test_keys_are_rotated_on_connections_that_stay_open(self):
        self.keys.write_text(key("a") + "\n", encoding="ascii")
        server = self.start_server(access={"mode": "signed", "signing_keys": [f"file:{self.keys}"]})
        with server.connect() as connection:
            self.assertEqual(connection.ask(signed(key("a"))).status, 200)
            self.assertEqual(connection.ask(signed(key("b"))).status, 403)
            self.keys.write_text(f"{key('a')}\n{key('b')}\n", encoding="ascii")
            self.reload(server)
            for name in "ab":
                self.assertEqual(connection.ask(signed(key(name))).status, 200)
            self.keys.write_text(key("b") + "\n", encoding="ascii")
            self.reload(server)
            self.assertEqual(connection.ask(signed(key("a"))).status, 403)
            self.assertEqual(connection.ask(signed(key("b"))).status, 200)

    def test_access_limits_and_the_admin_token_change(self):
        server = self.start_server(access={"admin_token": "old"})
        purge = {"method": "DELETE"}
        bearer = {word: {"Authorization": f"Bearer {word}"} for word in ("old", "new")}
        with server.connect() as connection:
            self.assertEqual(connection.ask(PHOTO).status, 200)
            self.write(access={"admin_token": "new", "web": "bearer", "tokens": [token("me", "one")]},
                       limits={"requests_per_second": 1, "burst": 5})
            self.reload(server)
            self.assertEqual(connection.ask(PHOTO).status, 401)
            self.assertEqual(connection.ask(PHOTO, {"Authorization": "Bearer one"}).status, 200)
            self.assertEqual(connection.ask("/admin/photos/ada", bearer["old"], **purge).status, 401)
            self.assertEqual(connection.ask("/admin/photos/ada", bearer["new"], **purge).status, 200)
            answers = [connection.ask(PHOTO).status for _ in range(5)]
            self.assertEqual(set(answers), {401, 429})
            self.write(access={"admin_token": "new"})
            self.reload(server)
            self.assertEqual(connection.ask(PHOTO).status, 200)

    def test_what_is_wrong_changes_nothing(self):
        server = self.start_server(access={"admin_token": "s3cret-word", "web": "bearer",
                                           "tokens": [token("me", "one")]})
        for wrong in ("{", '{"access": {"mode": "closed"}}',
                      '{"access": {"admin_token": "file:/nonexistent/token"}}'):
            with self.subTest(wrong):
                (self.folder / "likeness.json").write_text(wrong, encoding="ascii")
                self.reload(server, "nothing is reloaded")
                self.assertEqual(server.get(PHOTO).status, 401)
        self.assertNotIn("s3cret-word", server.read("err"))

    def test_what_only_a_start_can_change_is_named(self):
        server = self.start_server()
        self.write(memory={"capacity_bytes": "1MiB"}, log={"level": "warn"})
        self.reload(server, "memory.capacity_bytes takes effect with the next start")
        said = server.read("err").count("are reloaded")
        self.write(log={"level": "info"})
        self.reload(server)
        self.assertEqual(server.read("err").count("are reloaded"), said + 1)

    def test_operators_urls_stay_on_their_listener_until_the_next_start(self):
        server = self.start_server(http={"admin_listen": ["127.0.0.1:0"]})
        self.assertEqual(server.get("/metrics").status, 404)
        self.write()
        self.reload(server, "http.admin_listen takes effect with the next start")
        for path in ("/metrics", "/debug/photo/ada", "/admin/purge"):
            self.assertEqual(server.get(path).status, 404, path)

    def test_no_request_fails_while_it_reloads(self):
        server = self.start_server(access={"admin_token": "a"})
        judge = lambda target, answer: None if answer.status == 200 else "not 200"  # noqa: E731
        with Load([server], [PHOTO], judge) as load:
            for i in range(5):
                seen = load.statuses.total()
                self.write(access={"admin_token": f"a{i}"})
                self.reload(server)
                wait_until(lambda seen=seen: load.statuses.total() > seen + 100, "more answers")
        self.assertEqual(load.wrong, [])


if __name__ == "__main__":
    case.run()
