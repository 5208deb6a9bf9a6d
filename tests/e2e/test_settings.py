"""Settings: file, environment and flags, and which of them wins."""

import json
import os

from support import case
from support.processes import run_likeness


class File(case.Case):
    def write(self, text):
        path = os.path.join(self.enterContext(case.temporary_folder()), "likeness.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_a_good_file(self):
        path = self.write('{ // A comment.\n "memory": {"capacity_bytes": "64MiB"} /* Too. */ }')
        told = run_likeness("check-config", path)
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertIn(path, told.stdout)

    def test_what_is_wrong_is_named_by_its_path(self):
        rows = (
            ('{"http": {"wrokers": 2}}', ["http.wrokers"]),
            ('{"cache": {}}', ["cache"]),
            ('{"http": {"workers": "two"}}', ["http.workers"]),
            ('{"http": {"workers": -1}}', ["http.workers"]),
            ('{"http": {"listen": "127.0.0.1"}}', ["http.listen"]),
            ('{"http": {"idle_timeout": "10 parsecs"}}', ["http.idle_timeout"]),
            ('{"imaging": {"jpeg_quality": 101}}', ["imaging.jpeg_quality"]),
            ('{"redis": {"url": "rediss://:secret@host"}}', ["redis.url", "TLS"]),
            ('{"origin": {"spec": "http://host/photo"}}', ["origin.spec", "{id}"]),
            ('{"http": {"x": 1}, "log": {"level": "loud"}}', ["http.x", "log.level"]),
            ('{"http": ', ["likeness.json"]),
            ("[]", ["likeness.json"]),
        )
        for text, words in rows:
            with self.subTest(text):
                path = self.write(text)
                for told in (run_likeness("check-config", path),
                             run_likeness("serve", "--config", path)):
                    self.assertGreater(told.returncode, 0)
                    self.assertEqual(told.stdout, "")
                    for word in words:
                        self.assertIn(word, told.stderr)
                    self.assertNotIn("secret", told.stderr)

    def test_the_sample_file_is_valid_and_holds_every_setting(self):
        sample = run_likeness("check-config", "--print-defaults")
        self.assertEqual(sample.returncode, 0)
        path = self.write(sample.stdout)
        self.assertEqual(run_likeness("check-config", path).returncode, 0)
        schema = json.loads(run_likeness("check-config", "--print-schema").stdout)
        for section in schema["properties"].values():
            for key in section.get("properties", {}):
                self.assertIn(f'"{key}"', sample.stdout)


class Precedence(case.Case):
    """Seen in max_output_edge: what is asked beyond it is refused."""

    FILE = {"imaging": {"max_output_edge": 1100}}
    ENVIRONMENT = {"LIKENESS_IMAGING_MAX_OUTPUT_EDGE": "1200"}
    FLAG = ("--set", "imaging.max_output_edge=1300")

    def start_with(self, file=False, environment=False, flag=False):
        arguments = []
        if file:
            path = os.path.join(self.enterContext(case.temporary_folder()), "settings.json")
            with open(path, "w", encoding="utf-8") as out:
                json.dump(self.FILE, out)
            arguments += ["--config", path]
        return self.start_likeness(arguments=arguments + list(self.FLAG if flag else ()),
                                   environment=self.ENVIRONMENT if environment else None)

    def test_the_later_source_wins(self):
        for most, sources in ((4096, ()), (1100, ("file",)), (1200, ("file", "environment")),
                              (1200, ("environment",)), (1300, ("environment", "flag")),
                              (1300, ("file", "environment", "flag"))):
            with self.subTest(sources):
                server = self.start_with(**{source: True for source in sources})
                self.assertEqual(server.get(f"/photos/a/HR{most}x1").status, 404)
                self.assertEqual(server.get(f"/photos/a/HR{most + 1}x1").status, 400)
                server.stop()

    def test_a_misspelt_environment_is_refused(self):
        told = run_likeness("serve", environment={"LIKENESS_HTTP_WROKERS": "3"})
        self.assertGreater(told.returncode, 0)
        self.assertIn("LIKENESS_HTTP_WROKERS", told.stderr)

    def test_flags_of_the_contract_take_effect(self):
        origin = self.start_origin()
        origin.put("ada", case.wide_photo())
        server = self.start_likeness(
            origin=None, redis=None, arguments=["--origin", origin.template, "--redis", "none",
                                                "--workers", "1", "--image-workers", "1",
                                                "--memory-cache", "0", "--log-level", "error"],
            log__level=None, imaging__workers=None, http__workers=None)
        for _ in range(2):
            self.assert_picture(server.get("/photos/ada/HR64x64"), 64, 64)
        self.assertEqual(origin.count("ada"), 2)  # Nothing is kept.
        self.assertEqual(server.metric("imaging_workers"), 1)
        self.assertEqual(server.metric("memory_cache_bytes"), 0)

    def test_flags_may_be_given_twice(self):
        server = self.start_likeness(arguments=["--workers", "1", "--workers", "3"],
                                     http__workers=None)
        self.assertEqual(server.get("/healthz").status, 200)


if __name__ == "__main__":
    case.run()
