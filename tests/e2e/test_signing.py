"""Signed URLs: the documented vectors, the signers of the documentation, and the server's judgement."""

import json
import pathlib
import re
import subprocess
import time
import unittest

from support import case
from support.case import Case, square_photo
from support.processes import run_likeness
from support.waiting import DEADLINE

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "signing.md"
OLD = "old:" + "0f" * 16
NEW = "new:" + "1e" * 32


def block(language):
    """The documentation's code in that language."""
    return re.search(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"),
                     re.MULTILINE | re.DOTALL).group(1)


def vectors():
    return json.loads(block("json vectors"))


def documented_key():
    found = re.search(r"The key is `(\w+):([0-9a-f]+)`", DOCUMENT.read_text(encoding="utf-8"))
    return found.group(1), found.group(2)


def sign(target, key=NEW, *more):
    done = run_likeness("sign", target, "--key", key, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Signers(unittest.TestCase):
    """The signers of the documentation, run on its vectors."""

    def check(self, command, program):
        key_id, key = documented_key()
        cases = [dict(vector, id=key_id, key=key) for vector in vectors()]
        done = subprocess.run([*command, program], input=json.dumps(cases), capture_output=True,
                              text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [vector["url"] for vector in vectors()])

    def test_python(self):
        self.check(["python3", "-c"], block("python") + """
import json, sys
print(json.dumps([sign(c["segments"], c["parameters"], c["id"], c["key"])
                  for c in json.load(sys.stdin)]))
""")

    def test_javascript(self):
        self.check(["node", "-e"], block("javascript") + """
const cases = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map((c) => sign(c.segments, c.parameters, c.id, c.key))));
""")

    def test_php(self):
        self.check(["php", "-r"], block("php") + """
$cases = json_decode(stream_get_contents(STDIN), true);
echo json_encode(array_map(fn($c) => sign($c['segments'], $c['parameters'], $c['id'], $c['key']),
                           $cases), JSON_UNESCAPED_SLASHES);
""")

    def test_go(self):
        with case.temporary_folder() as folder:
            file = pathlib.Path(folder) / "sign.go"
            imports, rest = block("go").split("\n", 1)
            file.write_text("package main\n" + imports.replace(
                "(", '("encoding/json"; "os"; ', 1) + "\n" + rest + """
func main() {
	var cases []struct { Segments []string; Parameters map[string]string; Id, Key string }
	json.NewDecoder(os.Stdin).Decode(&cases)
	urls := []string{}
	for _, c := range cases { urls = append(urls, sign(c.Segments, c.Parameters, c.Id, c.Key)) }
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.Encode(urls)
}
""", encoding="utf-8")
            self.check(["env", f"GOCACHE={folder}/cache", "go", "run"], str(file))

    def test_the_command_line(self):
        for vector in vectors():
            unsigned, _, sig = vector["url"].partition("&sig=")
            target = re.sub(r"[?&]kid=test", "", unsigned)
            target = target if "?" in target else target.replace("&", "?", 1)
            signed = sign(target, ":".join(documented_key()))
            self.assertTrue(signed.endswith("&sig=" + sig), f"{target}: {signed}")


class Signed(Case):
    def setUp(self):
        self.origin = self.start_origin(make=lambda photo: square_photo())

    def serve(self, *arguments, **settings):
        return self.start_likeness(self.origin, arguments=arguments, **settings)

    def assert_refused(self, response):
        self.assertEqual(response.status, 403)
        self.assertEqual(response["Cache-Control"], "no-store")
        self.assertEqual(response.json()["error"]["code"], "forbidden")

    def test_a_signature_lets_in_and_nothing_else_does(self):
        server = self.serve("--access", "signed", "--signing-key", NEW)
        url = sign("/photos/a%40example.org/HR96x96.jpg?fit=crop")
        self.assert_picture(server.get(url), 96, 96)
        self.assert_picture(server.get(url.replace("%40", "@")), 96, 96)
        self.assert_refused(server.get("/photos/a%40example.org/HR96x96.jpg"))
        for change in (("HR96x96", "HR97x97"), (".jpg", ".png"), ("crop", "contain"),
                       ("example", "fxample"), ("kid=new", "kid=old"), ("sig=", "sig=A"),
                       ("sig=", "q=1&sig=")):
            with self.subTest(change=change):
                self.assert_refused(server.get(url.replace(*change)))
        self.assertEqual(self.origin.count("fxample.org"), 0)
        self.assertEqual(server.get("/healthz").status, 200)

    def test_a_signature_covers_what_stands_in_for_the_photo(self):
        server = self.serve("--access", "signed", "--signing-key", NEW, web__client_hints="true",
                            web__negotiate="true")
        url = sign("/photos/nobody/HR96x96?fallback=monogram&name=Ada%20King&v=1")
        headers = {"Sec-CH-DPR": "2", "Accept": "image/webp"}
        answer = server.get(url, headers)
        self.assert_picture(answer, 96, 96)
        self.assertIsNone(answer["Vary"])
        for change in (("monogram", "silhouette"), ("Ada", "Bob"), ("v=1", "v=2"),
                       ("fallback=monogram&", "")):
            with self.subTest(change=change):
                self.assert_refused(server.get(url.replace(*change)))
        auto = server.get(sign("/photos/nobody/HR96x96?fallback=silhouette&format=auto"), headers)
        self.assert_picture(auto, 96, 96, "webp")
        self.assertEqual(auto["Vary"], "Accept")

    def test_keys_rotate(self):
        both = self.serve("--access", "signed", "--signing-key", OLD, "--signing-key", NEW)
        for key in (OLD, NEW):
            self.assert_picture(both.get(sign("/photos/a/HR48x48", key)), 48, 48)
        later = self.serve("--access", "signed", "--signing-key", NEW)
        self.assert_refused(later.get(sign("/photos/a/HR48x48", OLD)))

    def test_keys_come_from_a_file_or_the_environment(self):
        with case.temporary_folder() as folder:
            file = pathlib.Path(folder) / "keys"
            file.write_text(f"{OLD}\n{NEW}\n", encoding="ascii")
            server = self.serve("--access", "signed", "--signing-key", f"file:{file}")
            self.assert_picture(server.get(sign("/photos/a/HR48x48", f"file:{file}")), 48, 48)
            self.assert_picture(server.get(sign("/photos/a/HR48x48", NEW)), 48, 48)
        server = self.start_likeness(
            self.origin, environment={"LIKENESS_ACCESS_SIGNING_KEYS": "env:PAGE_KEY",
                                      "LIKENESS_ACCESS_MODE": "signed", "PAGE_KEY": NEW})
        self.assert_picture(server.get(sign("/photos/a/HR48x48", NEW)), 48, 48)

    def test_a_url_ends_and_no_cache_outlives_it(self):
        server = self.serve("--access", "signed", "--signing-key", NEW)
        response = server.get(sign("/photos/a/HR48x48?v=1", NEW, "--expires", "100s"))
        self.assert_picture(response, 48, 48)
        age = int(response["Age"])
        for directive in ("max-age", "s-maxage"):
            bound = int(re.search(rf"[ ,]{directive}=(\d+)", response["Cache-Control"]).group(1))
            self.assertLessEqual(bound - age, 101)
        self.assertNotIn("immutable", response["Cache-Control"])
        self.assertIn("stale-if-error=0", response["Cache-Control"])
        past = sign(f"/photos/a/HR48x48?exp={int(time.time()) - 5}")
        self.assert_refused(server.get(past))

    def test_only_some_sizes_need_no_signature(self):
        for mode in ("open", "signed"):
            server = self.serve("--access", mode, "--signing-key", NEW,
                                access__unsigned_sizes="HR48x48,HR96x96")
            self.assert_picture(server.get("/photos/a/HR48x48.webp"), 48, 48, "webp")
            self.assert_refused(server.get("/photos/a/HR50x50"))
            self.assert_refused(server.get("/photos/a/original"))
            self.assert_picture(server.get(sign("/photos/a/HR50x50")), 50, 50)

    def test_one_family_of_urls_can_be_signed_alone(self):
        server = self.serve("--signing-key", NEW, access__ucwa="signed")
        self.assert_picture(server.get("/photos/a/HR48x48"), 48, 48)
        target = "/ucwa/v1/applications/1/people/a/contactPhoto?size=HR48x48"
        response = server.get(target)
        self.assertEqual((response.status, response.json()["code"]), (403, "Forbidden"))
        self.assert_picture(server.get(sign(target)), 48, 48)

    def test_secrets_stand_in_no_message_and_no_log(self):
        secret = "feedc0de" * 8
        server = self.serve("--access", "signed", "--signing-key", "k:" + secret,
                            log__level="trace")
        url = sign("/photos/a/HR48x48", "k:" + secret)
        self.assert_picture(server.get(url), 48, 48)
        server.get(url + "x")
        self.assertNotIn(url.partition("sig=")[2], server.read("err"))
        self.assertNotIn(secret, server.read("err"))
        wrong = run_likeness("serve", "--signing-key", "k:" + secret + "xx")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("signing_keys", wrong.stderr)
        self.assertNotIn(secret, wrong.stderr)

    def test_signing_asks_for_keys(self):
        done = run_likeness("serve", "--access", "signed")
        self.assertEqual(done.returncode, 2)
        self.assertIn("access.signing_keys: expected at least one key", done.stderr)
        for arguments in (("/photos/a", "--key", "x"), ("photos/a", "--key", NEW),
                          ("/photos/a?a=1&a=2", "--key", NEW),
                          ("/photos/a", "--key", NEW, "--expires", "soon")):
            with self.subTest(arguments=arguments):
                self.assertNotEqual(run_likeness("sign", *arguments).returncode, 0)


if __name__ == "__main__":
    case.run()
