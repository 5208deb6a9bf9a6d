"""A client of the Outlook Contacts REST API, and the shapes of its documents."""

import json

from support import case
from support.processes import Likeness


class Api:
    """One user's part of the API on a server."""

    def __init__(self, server, root="/api/beta/me", headers=None):
        self.server = server
        self.root = root
        self.headers = headers or {}

    def ask(self, method, path, document=None, headers=None, body=b""):
        """A path after the root, or a whole link of an answer."""
        fields = self.headers | (headers or {})
        if document is not None:
            body = json.dumps(document).encode()
            fields = {"Content-Type": "application/json"} | fields
        return self.server.get(self.target(path), fields, method=method, body=body)

    def target(self, path):
        if path.startswith("http://"):
            return "/" + path.split("/", 3)[3]
        return self.root + path

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def create(self, document, path="/contacts"):
        answer = self.ask("POST", path, document)
        assert answer.status == 201, answer.body
        return answer.json()

    def pages(self, path, **more):
        """All entries of a collection, following its links."""
        entries = []
        while path:
            answer = self.get(path, **more)
            assert answer.status == 200, answer.body
            page = answer.json()
            entries += page["value"]
            path = page.get("@odata.nextLink")
        return entries


class StoreCase(case.Case):
    """A likeness with an embedded store of its own."""

    settings = {}

    def setUp(self):
        self.folder = self.enterContext(case.temporary_folder())
        self.server = self.serve()
        self.api = Api(self.server)

    def serve(self, **settings):
        return self.start(Likeness(f"embedded:{self.folder}/store", **(self.settings | settings)))

    def assert_error(self, answer, status, code, *words):
        """The OData error body, with words of its message."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertTrue(answer["Content-Type"].startswith("application/json"))
        self.assertEqual(list(answer.json()), ["error"])
        self.assertEqual(sorted(answer.json()["error"]), ["code", "message"])
        self.assertEqual(answer.json()["error"]["code"], code)
        for word in words:
            self.assertIn(word, answer.json()["error"]["message"])
