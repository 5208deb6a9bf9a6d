"""The command line, from --help to the last answer after SIGTERM."""

import os
import re
import signal
import socket

from support import case, images
from support.http_client import Connection, request_bytes
from support.processes import address_of, run_likeness


class CommandLine(case.Case):
    def test_version_and_help(self):
        version = run_likeness("--version")
        self.assertEqual((version.returncode, version.stderr), (0, ""))
        self.assertRegex(version.stdout, r"^likeness [0-9]+\.[0-9]+\.[0-9]+\n$")
        for arguments in (("--help",), ("serve", "--help"), ("check-config", "--help")):
            with self.subTest(arguments):
                told = run_likeness(*arguments)
                self.assertEqual((told.returncode, told.stderr), (0, ""))
        for word in ("serve", "check-config", "--version"):
            self.assertIn(word, run_likeness("--help").stdout)
        for flag in ("--config", "--listen", "--origin", "--redis", "--workers", "--image-workers",
                     "--memory-cache", "--log-level"):
            self.assertIn(flag, run_likeness("serve", "--help").stdout)

    def test_wrong_use_is_told_on_stderr(self):
        rows = (
            ((), "likeness"),
            (("--nonsense",), "--nonsense"),
            (("play",), "play"),
            (("check-config",), "FILE"),
            (("check-config", "/nowhere.json"), "/nowhere.json"),
            (("serve", "--nonsense"), "--nonsense"),
            (("serve", "extra"), "extra"),
            (("serve", "--workers", "many"), "--workers"),
            (("serve", "--memory-cache", "lots"), "--memory-cache"),
            (("serve", "--log-level", "loud"), "--log-level"),
            (("serve", "--listen", "nowhere"), "listen"),
            (("serve", "--listen", "127.0.0.1:70000"), "listen"),
            (("serve", "--origin", "ftp://host/{id}"), "origin"),
            (("serve", "--origin", "http://host/photo.jpg"), "{id}"),
            (("serve", "--origin", "folder:/nowhere/at/all"), "/nowhere/at/all"),
            (("serve", "--redis", "http://host"), "redis"),
            (("serve", "--redis", "rediss://host"), "TLS"),
            (("serve", "--set", "nothing"), "nothing"),
            (("serve", "--set", "http.nothing=1"), "http.nothing"),
            (("serve", "--config", "/nowhere.json"), "/nowhere.json"),
        )
        for arguments, word in rows:
            with self.subTest(arguments):
                told = run_likeness(*arguments)
                self.assertGreater(told.returncode, 0)
                self.assertEqual(told.stdout, "")
                self.assertIn(word, told.stderr)

    def test_a_port_in_use_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            told = run_likeness("serve", "--origin", "folder:.", "--listen", address)
            self.assertGreater(told.returncode, 0)
            self.assertIn(address, told.stderr)
            self.assertNotIn("ready", told.stdout)


class Listeners(case.Case):
    def test_the_ready_line_names_the_real_port(self):
        server = self.start_likeness()
        self.assertRegex(server.read("out"), r"^ready http://127\.0\.0\.1:[1-9][0-9]*\n$")
        self.assertEqual(server.get("/healthz").status, 200)

    def test_all_kinds_of_listeners_at_once(self):
        folder = self.start_origin_folder()
        path = os.path.join(folder, "likeness.sock")
        server = self.start_likeness(origin=f"folder:{folder}",
                                     listen=("127.0.0.1:0", "[::1]:0", f"unix:{path}"))
        self.assertEqual(len(server.urls), 3)
        self.assertRegex(server.urls[1], r"^http://\[::1\]:[1-9][0-9]*$")
        self.assertEqual(server.urls[2], f"unix:{path}")
        tags = set()
        for url in server.urls:
            with Connection(address_of(url)) as connection:
                answer = connection.ask("/photos/ada/HR32x32")
                self.assert_picture(answer, 32, 32)
                tags.add(answer["ETag"])
        self.assertEqual(len(tags), 1)

    def test_a_socket_file_left_behind_is_replaced(self):
        path = os.path.join(self.start_origin_folder(), "s")
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(path)
        server = self.start_likeness(listen=(f"unix:{path}",))
        self.assertEqual(server.get("/healthz").status, 200)

    def start_origin_folder(self):
        folder = self.enterContext(case.temporary_folder())
        with open(os.path.join(folder, "ada.jpg"), "wb") as file:
            file.write(case.wide_photo())
        return folder


class Folder(case.Case):
    def test_photos_are_found_by_id_and_nothing_else_is(self):
        root = self.enterContext(case.temporary_folder())
        folder = os.path.join(root, "photos")
        os.makedirs(os.path.join(folder, "sub"))
        picture = images.plain(60, 40, images.RED)
        for name in ("a.png", "b.jpeg", "Zoë ß.webp", "sub/c.png", "../secret.png", ".hidden.png"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(picture)
        os.symlink("/etc/hostname", os.path.join(folder, "link.jpg"))
        os.symlink("../secret.png", os.path.join(folder, "out.png"))
        server = self.start_likeness(origin=f"folder:{folder}")
        for photo, status in (("a", 200), ("b", 200), ("Zo%C3%AB%20%C3%9F", 200), ("c", 404),
                              ("sub%2Fc", 404), ("..%2Fsecret", 404), ("%2E%2E%2Fsecret", 404),
                              (".hidden", 404), ("link", 404), ("out", 404), ("a.png", 404),
                              ("%2Fetc%2Fhostname", 404), ("sub", 404), ("..", 404)):
            with self.subTest(photo):
                answer = server.get(f"/photos/{photo}/HR32x32")
                self.assertEqual(answer.status, status, answer.body)
                if status == 200:
                    self.assert_picture(answer, 32, 32)


class Leaving(case.Case):
    def test_sigterm_lets_what_is_in_flight_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                origin = self.start_origin()
                photo = origin.put("slow", case.wide_photo(), gate=case.Gate())
                server = self.start_likeness(origin=origin)
                with server.connect() as waiting, server.connect() as idle:
                    waiting.send(request_bytes("/photos/slow/HR64x64"))
                    photo.gate.wait_for_arrival()
                    server.signal(number)
                    self.assertEqual(idle.rest(), b"")  # By now it is leaving.
                    case.wait_until(lambda: refuses(server.address), "no new connections")
                    self.assertIsNone(server.child.poll())
                    photo.gate.open()
                    answer = waiting.response()
                    self.assert_picture(answer, 64, 64)
                    self.assertEqual(answer["Connection"], "close")
                    self.assertEqual(waiting.rest(), b"")
                self.assertEqual(server.wait(), 0)

    def test_what_does_not_end_is_cut_at_the_drain_deadline(self):
        origin = self.start_origin()
        photo = origin.put("never", case.wide_photo(), gate=case.Gate())
        server = self.start_likeness(origin=origin, http__drain_timeout="100ms")
        with server.connect() as waiting:
            waiting.send(request_bytes("/photos/never/HR64x64"))
            photo.gate.wait_for_arrival()
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
            waiting.rest()

    def test_the_imaging_workers_leave_with_the_server_however_it_ends(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number.name):
                server = self.start_likeness()
                workers = case.wait_until(server.image_workers, "imaging workers")
                server.signal(number)
                server.wait()
                case.wait_until(lambda workers=workers: not any(map(is_alive, workers)),
                                "the end of the workers")

    def test_nothing_is_left_on_stdout_but_the_ready_line(self):
        origin = self.start_origin()
        server = self.start_likeness(origin=origin, log__level="trace")
        for target in ("/photos/a", "/nowhere", "/metrics"):
            server.get(target)
        server.stop()
        self.assertTrue(re.fullmatch(r"ready \S+\n", server.read("out")), server.read("out"))


def refuses(address):
    try:
        Connection(address).close()
    except ConnectionRefusedError:
        return True
    return False


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    case.run()
