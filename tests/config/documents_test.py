#!/usr/bin/env python3
"""Checks that links between the documents lead somewhere, and that the files which documents and
comments name are there, with the functions that are named beside them. Usage: documents_test.py ROOT"""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"//|#(?!\s*include\b)")
FOLDERS = ("bench", "cache", "config", "docs", "imaging", "proxy", "tests")
# A file of ours, maybe without the folders that it is in; and a function that is named behind it, as
# in "miss.cc decide()" and "`test_web.py` (`test_etag`)".
FILE = re.compile(
    r"(?<![\w./*…<-])((?:[\w-]+/)*[a-zA-Z][\w-]*\.(?:cc|h|py|sh|mjs|md|vcl|service|socket))\b")
FUNCTION = re.compile(FILE.pattern + r"(?: (\w+)\(\)|` \(`(\w+)`\))")
FOLDER = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w/-]*)`")
# The examples in it are of files that are yet to be written.
EXAMPLES = "docs/extending.md"
EXAMPLE = re.compile(r"avatar|no_origin")
OTHERS = {"ft2build.h", "jpeglib.h"}


class Tree:
    """The files of the repository, and those whose path ends in a given way."""

    def __init__(self, root):
        found = [*root.iterdir(), *(file for folder in FOLDERS for file in (root / folder).rglob("*"))]
        self.root = root
        self.files = sorted(file.relative_to(root).as_posix() for file in found if file.is_file())
        self.by_end = {}
        for name in self.files:
            parts = name.split("/")
            for begin in range(len(parts)):
                self.by_end.setdefault("/".join(parts[begin:]), []).append(name)

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8")


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


def missing(tree, name, text):
    """What the text in the file `name` names and is not there."""
    for file in FILE.findall(text):
        example = name == EXAMPLES and EXAMPLE.search(file)
        if file not in tree.by_end and file not in OTHERS and not example:
            yield f"{name}: there is no {file}"


def document_problems(tree, name):
    text = tree.text(name)
    for link in LINK.findall(FENCE.sub("", text)):
        if problem := link_problem(tree.root / name, link):
            yield f"{name}: {link} {problem}"
    yield from missing(tree, name, text)
    for folder in FOLDER.findall(text):
        if not (tree.root / folder).exists() and not (name == EXAMPLES and EXAMPLE.search(folder)):
            yield f"{name}: there is no {folder}"
    for file, *functions in FUNCTION.findall(text):
        function = "".join(functions)
        places = tree.by_end.get(file, ())
        if not any(re.search(rf"\b{function}\(", tree.text(place)) for place in places):
            yield f"{name}: {file} has no {function}()"


def comment_problems(tree, name):
    comments = [line for line in tree.text(name).split("\n") if COMMENT.match(line.lstrip())]
    yield from missing(tree, name, "\n".join(comments))


def main():
    tree = Tree(pathlib.Path(sys.argv[1]).resolve())
    documents = [name for name in tree.files if re.fullmatch(r"README\.md|docs/[^/]+\.md", name)]
    sources = [name for name in tree.files if re.search(r"\.(h|cc|py|sh|json|yml|txt|vcl)$", name)
               and "/corpus/" not in name]
    problems = [problem for name in documents for problem in document_problems(tree, name)]
    problems += [problem for name in sources for problem in comment_problems(tree, name)]
    index = tree.text("docs/README.md")
    problems += [f"docs/README.md leaves out {name}" for name in documents
                 if name.removeprefix("docs/") not in ("README.md", *LINK.findall(index))]
    print("\n".join(problems) if problems else
          f"{len(documents)} documents and {len(sources)} sources hold together")
    return 1 if problems or len(documents) < 2 or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
