#!/usr/bin/env python3
"""Checks that links between the documents lead somewhere, and that the files they name are there.
Usage: documents_test.py ROOT"""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:bench|cache|config|docs|imaging|proxy|tests)/[\w./]+)`")
TEST = re.compile(r"`(\w+_test\.cc|\w+_fuzz\.cc|test_\w+\.py)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Its examples are of files that are yet to be written.
EXAMPLES = "docs/extending.md"


def anchors_of(file):
    """The anchors of a document's headings, as repositories' web pages make them."""
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def link_problem(file, link):
    if re.match(r"[a-z]+:", link):
        return None
    path, _, anchor = link.partition("#")
    target = (file.parent / path).resolve() if path else file
    if not target.exists():
        return "leads nowhere"
    if anchor and anchor not in anchors_of(target):
        return "names no heading"
    return None


def problems_of(root, file):
    text = file.read_text(encoding="utf-8")
    name = file.relative_to(root).as_posix()
    for link in LINK.findall(FENCE.sub("", text)):
        if problem := link_problem(file, link):
            yield f"{name}: {link} {problem}"
    if name == EXAMPLES:
        return
    for path in NAMED.findall(text):
        if not (root / path).exists():
            yield f"{name}: there is no {path}"
    for test in TEST.findall(text):
        if not any((root / "tests").rglob(test)):
            yield f"{name}: there is no test {test}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    files = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    problems = [problem for file in files for problem in problems_of(root, file)]
    index = (root / "docs" / "README.md").read_text(encoding="utf-8")
    problems += [f"docs/README.md leaves out {file.name}" for file in files
                 if file.parent.name == "docs" and file.name != "README.md"
                 and f"({file.name})" not in index]
    print("\n".join(problems) if problems else f"{len(files)} documents hold together")
    return 1 if problems or len(files) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
