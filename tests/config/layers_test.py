#!/usr/bin/env python3
"""Checks the #include lines of the tree against the layers' rules. Usage: layers_test.py ROOT"""

import pathlib
import re
import sys

# What each part may include of ours. A part is the longest of these that its path begins with.
PARTS = {
    "config/base": ["config/base"],
    "config": ["config"],
    "imaging": ["config/base", "config/settings.h", "imaging"],
    "cache": ["config/base", "config/settings.h", "cache"],
    "proxy": ["config", "imaging", "cache", "proxy"],
    "bench": ["config", "imaging", "cache", "proxy", "bench"],
    "tests": ["config", "imaging", "cache", "proxy", "tests"],
}

# The folders of proxy/ from the bottom up: each may include those before it, and the files of proxy/
# itself all of them.
STEPS = [
    "telemetry",
    "loop",
    "http",
    "proof",
    "contacts",
    "origin",
    "photo",
    "dialects",
    "access",
    "fallback",
    "answer",
    "purge",
    "forward",
    "page",
    "rest",
]

# Where a third party's headers may stand. Tests may use them too: they play the other side.
WALLS = [
    (r"vips/|jpeglib\.h|turbojpeg\.h", r"(imaging|bench)/.*"),
    (r"ft2build\.h|hb", r"imaging/fonts\.cc"),
    (r"libheif/", r"imaging/avif\.cc"),
    (r"webp/", r"imaging/.*\.cc"),
    (r"unicode/", r"proxy/(contacts|fallback)/.*\.cc"),
    (r"seccomp\.h", r"imaging/.*\.cc"),
    (r"hiredis/", r"cache/redis_client\.(h|cc)|cache/redis_.*\.cc"),
    (r"pistache/", r"proxy/loop/.*\.cc"),
    (r"jemalloc/", r"proxy/freed_memory\.cc|imaging/kept_memory\.cc"),
    (r"curl/", r"proxy/origin/(http_client\.cc|(curl_multi|transfer)\.(h|cc))"),
    (r"expat\.h", r"proxy/dialects/ews_soap\.cc"),
    (r"sqlite3\.h", r"proxy/contacts/.*\.cc"),
    (r"nlohmann/", r".*\.cc"),
    (r"spdlog/", r"proxy/telemetry/.*\.cc"),
    (r"CLI/", r"config/.*\.cc"),
    (r"boost/beast", r"proxy/http/.*"),
    (r"liburing\.h", r"proxy/http/socket_calls\.cc"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OURS = re.compile(r"(config|imaging|cache|proxy|bench|tests)/")


def part_of(path):
    return max((part for part in PARTS if path.startswith(part + "/")), key=len)


def may_include(path, included):
    return any(
        included == allowed or included.startswith(allowed + "/")
        for allowed in PARTS[part_of(path)]
    )


def step_of(path):
    """How high in proxy/ a file stands; nothing if it is elsewhere."""
    folder = re.match(r"proxy/(?:(\w+)/)?", path)
    if not folder:
        return None
    return STEPS.index(folder[1]) if folder[1] else len(STEPS)


def climbs(path, included):
    """Does a file of proxy/ include what stands above it?"""
    own, other = step_of(path), step_of(included)
    return own is not None and other is not None and own < other


def cycle_in(includes):
    """Files of which each includes the next one, and the last one the first; empty without any."""
    done = set()

    def search(file, way):
        if file in way:
            return way[way.index(file) :] + [file]
        if file in done:
            return []
        for included in includes.get(file, ()):
            if cycle := search(included, [*way, file]):
                return cycle
        done.add(file)
        return []

    return next(filter(None, (search(file, []) for file in includes)), [])


def problems_of(root, path, text):
    for quote, included in INCLUDE.findall(text):
        if quote == '"':
            if not (root / included).is_file():
                yield f'{path}: "{included}" is no path from the root of the tree'
            elif not may_include(path, included):
                yield f'{path}: {part_of(path)} may not include "{included}"'
            elif climbs(path, included):
                yield f'{path}: "{included}" stands above it in proxy/'
            continue
        if OURS.match(included) and (root / included).is_file():
            yield f"{path}: <{included}> is ours and belongs in quotes"
        for header, place in WALLS:
            if path.startswith("tests/") and header != r"nlohmann/":
                continue
            if re.match(header, included) and not re.fullmatch(place, path):
                yield f"{path}: <{included}> may only stand in {place}"


def main():
    root = pathlib.Path(sys.argv[1])
    problems = []
    includes = {}
    for folder in sorted({part.split("/")[0] for part in PARTS}):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".h", ".cc"):
                path, text = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
                includes[path] = [name for quote, name in INCLUDE.findall(text) if quote == '"']
                problems += problems_of(root, path, text)
    if cycle := cycle_in(includes):
        problems.append("include each other: " + " > ".join(cycle))
    print("\n".join(problems) if problems else f"{len(includes)} files keep to the rules")
    return 1 if problems or not includes else 0


if __name__ == "__main__":
    sys.exit(main())
