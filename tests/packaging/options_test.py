"""The man page and the bash completion name the options that --help names, and no others.

Usage: options_test.py LIKENESS SOURCE_FOLDER
"""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

LIKENESS = sys.argv[1]
SOURCES = Path(sys.argv[2])


def help_of(*command):
    return subprocess.run(
        [LIKENESS, *command, "--help"], check=True, capture_output=True, text=True, timeout=30
    ).stdout


def options_of(*command):
    """The long options of a command, from the start of its help's lines."""
    return set(re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", help_of(*command), re.MULTILINE))


def commands():
    return re.findall(r"^  ([a-z-]+) ", help_of().split("Subcommands:")[1], re.MULTILINE)


def completions(*words):
    """What bash proposes for the last of the words."""
    script = """source "$1"; shift
      COMP_WORDS=(likeness "$@"); COMP_CWORD=$#
      _likeness; printf '%s\\n' "${COMPREPLY[@]}" """
    printed = subprocess.run(
        ["bash", "-c", script, "bash", SOURCES / "config/completion/likeness", *words],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout
    return set(printed.split())


def man_sections():
    """The long options of the man page, by the command under whose heading they stand."""
    page = (SOURCES / "config/man/likeness.1").read_text().replace("\\-", "-")
    parts = re.split(r"^\.S[SH] (.*)$", page, flags=re.MULTILINE)
    option = re.compile(r'^\.B[RI]? (?:-\w ", " )?(--[a-z-]+)', re.MULTILINE)
    return {
        heading.removeprefix("likeness "): set(option.findall(text))
        for heading, text in zip(parts[1::2], parts[2::2])
    }


class Options(unittest.TestCase):
    def test_completion_names_the_options_of_every_command(self):
        self.assertEqual(completions(""), options_of() | set(commands()))
        for command in commands():
            self.assertEqual(completions(command, "-"), options_of(command), command)

    def test_completion_names_the_choices_of_settings(self):
        schema = subprocess.run(
            [LIKENESS, "check-config", "--print-schema"], check=True, capture_output=True, text=True
        ).stdout
        sections = json.loads(schema)["properties"]
        for flag, section, field in (("--access", "access", "mode"), ("--log-level", "log", "level")):
            choices = sections[section]["properties"][field]["enum"]
            self.assertEqual(completions("serve", flag, ""), set(choices))

    def test_man_page_describes_the_options_of_every_command(self):
        sections = man_sections()
        # import and export are described together.
        sections["import"] = sections["export"]
        self.assertEqual(sections["OPTIONS"], options_of())
        for command in commands():
            self.assertEqual(sections[command], options_of(command) - {"--help"}, command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
