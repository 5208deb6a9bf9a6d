"""docs/openapi.yaml against the program: what is there is answered as it says, and nothing else is."""

import json
import pathlib
import subprocess
import urllib.parse

from support import case
from support.contacts import StoreCase

FILE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
# Debian's Python, which has Debian's packages, whichever one runs the tests.
TO_JSON = ("/usr/bin/python3", "-c",
           "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)")

METHODS = ("get", "head", "post", "put", "delete", "options", "patch", "trace")
TOKEN = "an operator's token"
PROOF = {"Authorization": f"Bearer {TOKEN}"}
ADDRESS = "ada@likeness.example"

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "null": type(None)}


def read():
    with open(FILE, encoding="utf-8") as file:
        done = subprocess.run(TO_JSON, stdin=file, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


class Document:
    def __init__(self):
        self.root = read()

    def resolve(self, value):
        """What a {"$ref": …} refers to, or the value itself."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.root
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def operations(self):
        """(path, method, the operation, its parameters)."""
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if operation := item.get(method):
                    parameters = item.get("parameters", []) + operation.get("parameters", [])
                    yield path, method, operation, [self.resolve(one) for one in parameters]

    def faults(self, value, schema, where="$"):
        """Where a document is not as its schema says; of JSON Schema what the file uses."""
        schema = self.resolve(schema)
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r}"
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(type(value) is TYPES[kind] for kind in kinds):
            yield f"{where}: {value!r} is no {kinds}"
        properties = schema.get("properties", {})
        if isinstance(value, dict):
            yield from (f"{where}: no {name}" for name in schema.get("required", ())
                        if name not in value)
            for name, one in value.items():
                if name in properties:
                    yield from self.faults(one, properties[name], f"{where}.{name}")
                elif schema.get("additionalProperties") is False:
                    yield f"{where}: {name} is not described"
        if isinstance(value, list):
            for one in value:
                yield from self.faults(one, schema.get("items", {}), where + "[]")


def examples(parameter):
    if "examples" in parameter:
        return [one["value"] for one in parameter["examples"].values()]
    return [parameter["example"]]


def target(path, parameters, **chosen):
    """The URL of a path with its parameters' examples in it, but for those that are chosen."""
    for one in parameters:
        if one["in"] == "path":
            value = chosen.get(one["name"], examples(one)[0])
            path = path.replace("{" + one["name"] + "}", str(value))
    return path


def kind_of(answer):
    return (answer["Content-Type"] or "").partition(";")[0]


class OpenApi(StoreCase):
    """A server with an embedded store, where everything is, and the file's example in it."""

    @classmethod
    def setUpClass(cls):
        cls.document = Document()

    def setUp(self):
        super().setUp()
        self.server.stop()
        self.server = self.serve(access__admin_token=TOKEN, access__signing_keys="k:" + "0f" * 16)
        answer = self.server.get("/api/beta/me/contacts", method="POST", body=json.dumps(
            {"GivenName": "Ada", "EmailAddresses": [{"Address": ADDRESS}]}).encode())
        self.assertEqual(answer.status, 201, answer.body)

    def ask(self, method, url, operation, body=None):
        """With all that the operation wants, a photo at hand."""
        self.assertEqual(self.put_photo().status, 204)
        content = operation.get("requestBody", {}).get("content", {})
        if body is None and "application/json" in content:
            body = json.dumps(content["application/json"]["example"]).encode()
        elif body is None and method == "put":
            body = case.square_photo()
        secured = {"admin": []} in operation.get("security", ())
        return self.server.get(url, PROOF if secured else {}, method=method.upper(),
                               body=body or b"")

    def put_photo(self):
        return self.server.get(f"/photos/{ADDRESS}", {"Content-Type": "image/jpeg"}, method="PUT",
                               body=case.wide_photo())

    def assert_as_described(self, answer, method, operation, status):
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertIn(str(status), operation["responses"])
        response = self.document.resolve(operation["responses"][str(status)])
        for name, header in response.get("headers", {}).items():
            if self.document.resolve(header).get("required"):
                self.assertIsNotNone(answer[name], name)
        content = response.get("content", {})
        self.assertIn(kind_of(answer), list(content) or [""])
        if method != "head" and kind_of(answer) == "application/json":
            schema = content["application/json"]["schema"]
            self.assertEqual(list(self.document.faults(answer.json(), schema)), [])

    def test_every_operation_is_answered_as_it_says(self):
        count = 0
        for path, method, operation, parameters in self.document.operations():
            good = min(int(status) for status in operation["responses"])
            for value in next((examples(one) for one in parameters
                               if one["in"] == "path" and "examples" in one), [None]):
                chosen = {name: value for name in ("size", "file") if value}
                url = target(path, parameters, **chosen)
                with self.subTest(f"{method} {url}"):
                    answer = self.ask(method, url, operation)
                    self.assert_as_described(answer, method, operation, good)
                    count += 1
        self.assertGreater(count, 30)

    def test_every_extension_is_its_format(self):
        item = self.document.root["paths"]["/photos/{id}/{size}"]
        for size in examples(self.document.resolve(item["parameters"][1])):
            kind = {"": "jpeg", "jpg": "jpeg"}.get(form := size.partition(".")[2], form)
            self.put_photo()
            answer = self.server.get(f"/photos/{ADDRESS}/{size}")
            self.assertEqual(kind_of(answer), f"image/{kind}")

    def test_what_is_not_there_is_405(self):
        for path, item in self.document.root["paths"].items():
            parameters = [self.document.resolve(one) for one in item.get("parameters", ())]
            for method in set(METHODS) - set(item):
                url = target(path, parameters)
                with self.subTest(f"{method} {url}"):
                    answer = self.server.get(url, PROOF, method=method.upper())
                    self.assertEqual(answer.status, 405)
                    there = {one.upper() for one in METHODS if one in item}
                    self.assertEqual(set(answer["Allow"].split(", ")), there)

    def test_what_needs_the_embedded_store_is_405_elsewhere(self):
        server = self.start_likeness("folder:.")
        asked = 0
        for path, method, operation, parameters in self.document.operations():
            if "x-likeness-origin" in operation:
                asked += 1
                answer = server.get(target(path, parameters), method=method.upper())
                self.assertEqual(answer.status, 405, f"{method} {path}")
        self.assertEqual(asked, 4)

    def test_parameters_take_their_examples_and_refuse_nonsense(self):
        bad = 0
        for path, method, operation, parameters in self.document.operations():
            for one in parameters:
                name, value, nonsense = one["name"], examples(one)[0], one.get("x-bad-example")
                with self.subTest(f"{method} {path} {name}"):
                    if one["in"] == "query":
                        url = target(path, parameters) + "?" + name + "="
                        answer = self.ask(method, f"{url}{value}", operation)
                        self.assert_as_described(answer, method, operation, 200)
                        self.assert_of_schema(value, one)
                        nonsense_url = f"{url}{nonsense}"
                    else:
                        nonsense_url = target(path, parameters, **{name: nonsense})
                    if nonsense is not None and "400" in operation["responses"]:
                        bad += 1
                        answer = self.ask(method, nonsense_url, operation)
                        self.assert_as_described(answer, method, operation, 400)
        self.assertGreater(bad, 20)

    def assert_of_schema(self, value, parameter):
        if parameter["schema"].get("type") != "string":
            self.assertEqual(list(self.document.faults(value, parameter["schema"])), [])

    def test_every_word_of_an_enumeration_is_taken(self):
        item = self.document.root["paths"]["/photos/{id}"]
        for one in map(self.document.resolve, item["get"]["parameters"]):
            for value in one["schema"].get("enum", ()):
                answer = self.ask("get", f"/photos/{ADDRESS}?{one['name']}={value}", item["get"])
                self.assert_as_described(answer, "get", item["get"], 200)

    def test_bodies_that_make_no_sense_are_refused(self):
        asked = 0
        for path, method, operation, _ in self.document.operations():
            content = operation.get("requestBody", {}).get("content", {})
            if nonsense := content.get("application/json", {}).get("x-bad-example"):
                asked += 1
                answer = self.ask(method, path, operation, json.dumps(nonsense).encode())
                self.assert_as_described(answer, method, operation, 400)
        self.assertEqual(asked, 2)

    def test_operators_must_show_who_they_are(self):
        asked = 0
        for path, method, operation, parameters in self.document.operations():
            if operation.get("security") == [{"admin": []}]:
                asked += 1
                answer = self.server.get(target(path, parameters), method=method.upper())
                self.assert_as_described(answer, method, operation, 401)
        self.assertEqual(asked, 3)

    def test_a_copy_that_is_right_is_not_sent_again(self):
        asked = 0
        for path, method, operation, parameters in self.document.operations():
            if "304" in operation["responses"]:
                asked += 1
                self.put_photo()
                answer = self.server.get(target(path, parameters), {"If-None-Match": "*"},
                                         method=method.upper())
                self.assertEqual(answer.status, 304, f"{method} {path}")
        self.assertGreater(asked, 5)

    def test_no_photo_is_404_and_what_is_no_picture_415(self):
        asked = 0
        for path, method, operation, parameters in self.document.operations():
            with self.subTest(f"{method} {path}"):
                if "404" in operation["responses"]:
                    asked += 1
                    url = target(path, parameters, id=urllib.parse.quote("nobody@likeness.example"))
                    answer = self.ask(method, url, operation)
                    self.assert_as_described(answer, method, operation, 404)
                if "415" in operation["responses"]:
                    answer = self.ask(method, target(path, parameters), operation, b"no picture" * 9)
                    self.assert_as_described(answer, method, operation, 415)
        self.assertGreater(asked, 10)

    def test_the_file_refers_to_all_of_its_parts_and_to_no_others(self):
        text = FILE.read_text(encoding="utf-8")
        for path, _, operation, parameters in self.document.operations():
            named = {one["name"] for one in parameters if one["in"] == "path"}
            self.assertEqual(named, {part[1:-1] for part in path.split("/") if part.startswith("{")})
            for response in operation["responses"].values():
                self.document.resolve(response)
        for kind in ("parameters", "responses", "schemas"):
            for name in self.document.root["components"][kind]:
                self.assertIn(f'"#/components/{kind}/{name}"', text)


if __name__ == "__main__":
    case.run()
