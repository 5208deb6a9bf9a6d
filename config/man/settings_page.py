#!/usr/bin/env python3
"""Writes the man page likeness.json(5) from the JSON Schema on standard input, which is what
`likeness check-config --print-schema` prints."""

import json
import sys

HEAD = r""".TH LIKENESS.JSON 5 "" "likeness" "File Formats"
.SH NAME
likeness.json \- settings of likeness
.SH DESCRIPTION
.ad l
.B likeness serve \-\-config
reads settings from a JSON file in which // comments are allowed.
All are optional, and unknown ones are errors.
A size is a text with a unit (B, kB, KiB, MB, MiB, GB, GiB) or a number of bytes.
A duration is a text with a unit (ms, s, m, h, d).
.B likeness check\-config \-\-print\-defaults
prints a file with every setting and its default."""

TAIL = r""".SH SEE ALSO
.BR likeness (1)"""


def roff(text):
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return r"\&" + text if text.startswith((".", "'")) else text


def main():
    print(HEAD)
    for section, schema in json.load(sys.stdin)["properties"].items():
        if "properties" not in schema:
            continue
        print(f".SH {roff(section).upper()}\n{roff(schema['description'])}")
        for name, field in schema["properties"].items():
            print(f".TP\n.B {roff(section)}.{roff(name)}\n{roff(field['description'])}")
            print(f"Default: {roff(json.dumps(field['default'], ensure_ascii=False))}.")
    print(TAIL)


if __name__ == "__main__":
    main()
