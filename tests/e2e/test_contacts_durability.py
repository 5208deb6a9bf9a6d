"""The embedded store under kill -9, on a full disk, and synchronised while many write."""

import random
import resource
import signal
import threading

from support import case, images
from support.contacts import Api, StoreCase
from support.http_client import Closed

TRACK = {"Prefer": "odata.track-changes, odata.maxpagesize=7"}


class Killed(StoreCase):
    def write_until_killed(self, acknowledged, started):
        """Creates, changes and deletes contacts, and notes what was answered."""
        with self.server.connect() as connection:
            for i in range(100_000):
                body = b'{"GivenName":"n%d"}' % i
                made = connection.ask("/api/beta/me/contacts", method="POST", body=body)
                known = made.json()["Id"]
                acknowledged[known] = f"n{i}"
                path = f"/api/beta/me/contacts/{known}"
                if i % 3 == 0:
                    acknowledged[known] = None  # Either way is right until it is answered.
                    connection.ask(path, method="PATCH", body=b'{"GivenName":"changed"}')
                    acknowledged[known] = "changed"
                elif i % 3 == 1:
                    photo = images.plain(8, 8, images.RED)
                    connection.ask(path + "/photo/$value", method="PUT", body=photo)
                    acknowledged[known] = "photo"
                if i == 20:
                    started.release()

    def test_what_was_answered_is_there_after_kill_9(self):
        acknowledged = [{}, {}, {}]
        for _ in range(2):
            started = threading.Semaphore(0)
            errors = []

            def work(notes):
                try:
                    self.write_until_killed(notes, started)
                except (Closed, ConnectionError):
                    pass
                except BaseException as error:  # noqa: B036, reported by the test's own thread
                    errors.append(error)
                    started.release()

            threads = [threading.Thread(target=work, args=(notes,)) for notes in acknowledged]
            for thread in threads:
                thread.start()
            for _ in threads:
                started.acquire()
            self.server.kill()
            for thread in threads:
                thread.join()
            self.assertEqual(errors, [])
            self.server = self.serve()
            self.api = Api(self.server)
            found = {one["Id"]: one for one in self.api.pages("/contacts?$top=1000")}
            for known, state in ((key, value) for notes in acknowledged
                                 for key, value in notes.items()):
                self.assertIn(known, found)
                if state == "photo":
                    answer = self.api.get(f"/contacts/{known}/photo/$value")
                    self.assert_picture(answer, 8, 8)
                elif state is not None:
                    self.assertEqual(found[known]["GivenName"], state)


class FullDisk(StoreCase):
    def test_a_full_disk_is_an_answer_and_no_end(self):
        first = self.api.create({"GivenName": "before"})
        everything = resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (4096, everything[1]))
        for method, path, document in (
                ("POST", "/contacts", {"GivenName": "x", "PersonalNotes": "x" * 60_000}),
                ("PATCH", f"/contacts/{first['Id']}", {"PersonalNotes": "x" * 60_000}),
                ("DELETE", f"/contacts/{first['Id']}", None)):
            answer = self.api.ask(method, path, document)
            self.assert_error(answer, 500, "ErrorInternalServerError")
            self.assertNotIn(self.folder, answer.body.decode())
        self.assertEqual(self.api.get(f"/contacts/{first['Id']}").json(), first | {
            "@odata.context": self.api.get(f"/contacts/{first['Id']}").json()["@odata.context"]})
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, everything)
        second = self.api.create({"GivenName": "after"})
        self.assertEqual([one["Id"] for one in self.api.pages("/contacts")],
                         [first["Id"], second["Id"]])
        self.server.signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(), 0)


class Synchronised(StoreCase):
    """A client's copy, kept by deltas alone, while others write: nothing is missed, and nothing is
    told twice that did not change in between."""

    WRITERS, WRITES = 3, 60

    def write(self, seed, done):
        chance = random.Random(seed)
        mine = []
        with self.server.connect() as connection:
            for i in range(self.WRITES):
                act = chance.choice(["create", "create", "patch", "delete", "photo"])
                if act == "create" or not mine:
                    body = b'{"GivenName":"%d-%d"}' % (seed, i)
                    answer = connection.ask("/api/beta/me/contacts", method="POST", body=body)
                    mine.append(answer.json()["Id"])
                    continue
                one = chance.choice(mine)
                path = f"/api/beta/me/contacts/{one}"
                if act == "patch":
                    answer = connection.ask(path, method="PATCH", body=b'{"Surname":"s%d"}' % i)
                elif act == "delete":
                    answer = connection.ask(path, method="DELETE")
                    mine.remove(one)
                else:
                    answer = connection.ask(path + "/photo/$value", method="PUT",
                                            body=images.plain(4, 4, images.RED))
                assert answer.status in (200, 204), answer.body
        done.append(seed)

    def read_round(self, link, copy):
        """One round of pages; gives the link to the next one."""
        told = set()
        while True:
            page = self.api.get(link, headers=TRACK)
            self.assertEqual(page.status, 200, page.body)
            for entry in page.json()["value"]:
                gone = entry.get("reason") == "deleted"
                known = entry["id"].split("'")[-2] if gone else entry["Id"]
                self.assertNotIn(known, told, "twice in one round")
                told.add(known)
                if gone:
                    self.assertIsNotNone(copy.pop(known, None), "gone, and never heard of")
                else:
                    self.assertNotEqual(copy.get(known), entry, "told again, and did not change")
                    copy[known] = entry
            link = page.json()["@odata.deltaLink"]
            # The first page says "deltatoken" although there may be more, as the contract has it.
            if "deltatoken" in link:
                return link

    def test_nothing_is_missed_and_nothing_is_told_twice(self):
        copy, done, link = {}, [], "/contacts"
        threads = [threading.Thread(target=self.write, args=(seed, done))
                   for seed in range(self.WRITERS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            link = self.read_round(link, copy)
        for thread in threads:
            thread.join()
        self.assertEqual(len(done), self.WRITERS)
        for _ in range(2):  # The round that the first page began may still have had pages.
            link = self.read_round(link, copy)
        self.assertEqual(self.read_round(link, {}), link)
        self.assertEqual(copy, {one["Id"]: one for one in self.api.pages("/contacts?$top=1000")})

    def test_a_token_that_is_too_old_is_gone(self):
        made = [self.api.create({"GivenName": "x"})["Id"] for _ in range(3)]
        old = self.api.get("/contacts", headers=TRACK).json()["@odata.deltaLink"]
        self.server.stop()
        # The store is replaced by an older copy of itself: none that the token could know.
        self.folder = self.enterContext(case.temporary_folder())
        self.server = self.serve()
        self.api = Api(self.server)
        answer = self.api.get(old, headers=TRACK)
        self.assert_error(answer, 410, "SyncStateNotFound")
        self.assertEqual(len(made), 3)


if __name__ == "__main__":
    case.run()
