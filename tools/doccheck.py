#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails on what a document names and the tree has not: links, paths, tests, names of the code.

    [text](page.md#part)        a file beside the document
    `mm/page/zone.cpp`          a file or folder; `kernel/main.hpp`: in any folder; `board/NAME/board.cmake`: of any board
    `Group.name`, `test_name`   a unit test, a test of tests/system or tests/tools; `test_file.py`, `test_file.cpp` all of them in a file
    `Zone::take`, `kfree()`,    words of one source, all of them;
    `free_pages`                a word alone counts with an underscore in it: others may be English

What stands in a fenced block is not looked at: transcripts are replayed (tests/system/test_documents.py).
"""
import fnmatch
import pathlib
import posixpath
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.+-]+(/[\w.+*<>-]*)+")
UNIT_TEST = re.compile(r"([A-Z][a-z]\w*)\.(\w+)")
WORD = re.compile(r"[A-Za-z_]\w*")
NAME = re.compile(r"[A-Za-z_]\w*(::~?[A-Za-z_]\w*)+(\(\))?|[A-Za-z_]\w*\(\)|[a-z][a-z\d]*(_[a-z\d]+)+")


class Tree:
    """files: {path: text}."""

    def __init__(self, files):
        self.documents = {path: text for path, text in files.items() if path.endswith(".md")}
        self.sources = {path: text for path, text in files.items() if path not in self.documents and not path.startswith("docs/")}
        self.words = {path: set(WORD.findall(text)) for path, text in self.sources.items()}
        self.paths = set(files) | {str(folder) for path in files for folder in pathlib.PurePosixPath(path).parents}
        self.tops = {path.split("/")[0] for path in files if "/" in path}

    def has_path(self, path):
        wanted = re.sub(r"<\w+>|\bNAME\b", "*", path.rstrip("/"))
        return any(fnmatch.fnmatch(have, wish) for have in self.paths for wish in (wanted, wanted + ".*", "*/" + wanted))

    def has_words(self, words):
        return any(words <= here for here in self.words.values())

    def has_text(self, text):
        return any(text in source for path, source in self.sources.items() if path.startswith("tests/"))


def wrong_word(tree, word):
    """What is wrong with a word of code, or None."""
    word = word.rstrip(",;:")
    if word.startswith("build/"):
        return None  # made, not tracked
    if PATH.fullmatch(word) and word.split("/")[0] in tree.tops:
        return None if tree.has_path(word) else "no such file or folder"
    if match := UNIT_TEST.fullmatch(word):
        return None if tree.has_text(f"({match[1]}, {match[2]})") else "no such unit test"
    if re.fullmatch(r"test_\w+\.(py|cpp)", word):
        return None if tree.has_path(f"tests/*/{word}") else "no such file of tests"
    if NAME.fullmatch(word):
        return None if tree.has_words(set(WORD.findall(word))) else "no such name in the code"
    return None


def check(files):
    tree, result = Tree(files), []
    for path, text in tree.documents.items():
        text = FENCED.sub("", text)
        for link in LINK.findall(text):
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            if "://" not in link and beside not in tree.paths:
                result.append(f"{path}: ({link}): no such file")
        for code in CODE.findall(text):
            words = code.split() if " " in code else [code]
            result += [f"{path}: `{code}`: {wrong}" for wrong in (wrong_word(tree, word) for word in words) if wrong]
    return result


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = {name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in names.splitlines() if (ROOT / name).is_file()}
    found = check(files)
    print("\n".join(found) or f"{sum(name.endswith('.md') for name in files)} documents")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
