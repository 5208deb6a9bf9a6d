#!/usr/bin/env python3
"""Counts what requests cost in instructions, under callgrind, and compares with the budget.

Counted is what the loop's thread executes in user space, libraries included, from the socket's being
ready to the answer's having been written: see instructions.cc. Time plays no part, so the numbers are
the same on a busy machine, within .2 %, and on another processor, since libc is told to use what all
have. They depend on the compiler, its options, and the libraries' versions.

Usage: instructions_test.py PROGRAM BUDGET.json [--renew]"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

REQUESTS = 1_000
SLACK = 1.05
# Without these libc has one memcpy, and one memchr, for all processors.
BEYOND_ALL = ("AVX", "AVX2", "AVX_Fast_Unaligned_Load", "AVX512F", "BMI2", "ERMS", "FSRM", "SSE4_1",
              "SSE4_2", "SSSE3")


def counted(program):
    """Instructions per request, by kind."""
    without = "glibc.cpu.hwcaps=" + ",".join(f"-{feature}" for feature in BEYOND_ALL)
    with tempfile.TemporaryDirectory(prefix="likeness-instructions-") as folder:
        out = pathlib.Path(folder) / "out"
        subprocess.run(
            ["valgrind", "--quiet", "--tool=callgrind", "--collect-atstart=no",
             f"--callgrind-out-file={out}", program, str(REQUESTS)],
            env=os.environ | {"GLIBC_TUNABLES": without}, check=True)
        dumps = [dump.read_text(encoding="utf-8") for dump in sorted(out.parent.glob("out.*"))]
    totals = {}
    for dump in dumps:
        kind = re.search(r"^desc: Trigger: Client Request: (.+)$", dump, re.MULTILINE)[1]
        totals[kind] = round(int(re.search(r"^totals: (\d+)$", dump, re.MULTILINE)[1]) / REQUESTS)
    return totals


def main():
    program, file = sys.argv[1], pathlib.Path(sys.argv[2])
    instructions = counted(program)
    if sys.argv[3:] == ["--renew"]:
        file.write_text(json.dumps(instructions, indent=2) + "\n", encoding="utf-8")
        return 0
    budget = json.loads(file.read_text(encoding="utf-8"))
    if budget.keys() != instructions.keys():
        print(f"budgeted are {sorted(budget)}, counted {sorted(instructions)}")
        return 1
    over = False
    for kind, number in instructions.items():
        share = number / budget[kind]
        over = over or share > SLACK
        print(f"{kind}: {number} instructions, {share:.3f} of the budget of {budget[kind]}"
              f"{': too many' if share > SLACK else ''}")
        if share < 1 / SLACK:
            print("  That is less than it was: renew the budget, so that it stays.")
    if over:
        print("Find out why, with callgrind_annotate. Where it must be so, renew the budget:\n"
              f"  {' '.join(sys.argv)} --renew")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
