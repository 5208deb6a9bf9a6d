#!/usr/bin/env python3
"""Writes the C++ examples of a document into files, to be compiled. Usage: examples.py DOCUMENT FOLDER

A whole file goes to the path that the document names last before it, a piece of one to piece_N.inc,
counted from 1. The example's own dialect is the web's here: there is none of its name."""

import pathlib
import re
import sys

BLOCK = re.compile(r"```cpp\n(.*?)```", re.DOTALL)
PATH = re.compile(r"`(proxy/[\w/]+\.(?:h|cc))`")


def main():
    document, folder = map(pathlib.Path, sys.argv[1:])
    text = document.read_text(encoding="utf-8")
    pieces = 0
    for block in BLOCK.finditer(text):
        code = block[1].replace("Dialect::avatar", "Dialect::web")
        if code.startswith("#"):
            name = PATH.findall(text, 0, block.start())[-1]
        else:
            pieces += 1
            name = f"piece_{pieces}.inc"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code, encoding="utf-8")


if __name__ == "__main__":
    main()
