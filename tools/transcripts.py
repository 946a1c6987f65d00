#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Transcripts in the documents: read, compared with what a machine says, and written anew.

tools/transcripts.py FILE...   runs the commands of each block and puts what they print into the file, but where an ellipsis
                               stands: there the old lines stay, for a person to look at. The form of a block:
                               tests/system/test_documents.py.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "qemu"), str(ROOT / "tests" / "system")]
from mink_qemu import boards, build  # noqa: E402  pylint: disable=wrong-import-position
from mink_qemu.console import Console  # noqa: E402  pylint: disable=wrong-import-position

FENCE = re.compile(r"^```mink *([^\n]*)\n(.*?)^```$", re.M | re.S)
ELLIPSIS = "\u2026"
TIME = re.compile(r"^\[ *\d+\.\d+\] ", re.M)
ADDRESS = re.compile(r"\b(?:0x)?[0-9a-f]{8}\b|(?<= pfn )0x[0-9a-f]+|\+0x[0-9a-f]+/0x[0-9a-f]+")
COUNT = re.compile(r"-?\b\d+(?:\.\d+)?")


def documents():
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


class Block:
    """One transcript: `commands` are pairs of a command and the lines below it."""

    def __init__(self, path, line, options, text):
        self.path, self.line, self.text = path, line, text
        words = options.split()
        wishes = dict(word.split("=", 1) for word in words if "=" in word)
        self.counts = "counts" in words
        self.board, self.mem, self.entry = wishes.get("board", "versatilepb"), wishes.get("mem", "128M"), wishes.get("entry")
        self.append, self.boot, self.commands = "", [], []
        for row in text.splitlines():
            if row.startswith("mink> "):
                self.commands.append((row.removeprefix("mink> "), []))
            elif self.commands:
                self.commands[-1][1].append(row)
            elif row.startswith("append="):
                self.append = row.removeprefix("append=")
            else:
                self.boot.append(row)

    @classmethod
    def all_of(cls, path):
        text = path.read_text(encoding="utf-8")
        return [cls(path, text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in FENCE.finditer(text)]

    def argv(self):
        """QEMU's command for its machine."""
        board = boards.BOARDS[self.board]
        return [*boards.qemu_argv(board, build.image(board.name, "kernel"), memory=boards.parse_size(self.mem), append=self.append,
                                  entered=self.entry), *board.fast_line]

    def replay(self, mink):
        """What the machine said: its boot log, then the lines below each command."""
        return [mink.boot_log.splitlines()] + [mink.text_of(command, timeout=120).splitlines() for command, _ in self.commands]

    def difference(self, said):
        """In words; None: there is none."""
        there, here = Names(self.counts), Names(self.counts)
        for row in (row for row in self.boot if row != ELLIPSIS):
            if there.plain(row) not in {here.plain(other) for other in said[0]}:
                return f"not in the boot log: {row}"
        for (command, wanted), got in zip(self.commands, said[1:]):
            if not matches([row if row == ELLIPSIS else there.pattern(row) for row in wanted], [here.pattern(row) for row in got],
                           (there, here)):
                return f"`{command}` printed\n" + "\n".join(got) + "\n-- and not\n" + "\n".join(wanted)
        return None


class Names:
    """Addresses by the order in which they come: a1, a2 ... Two texts agree if theirs do."""

    def __init__(self, counts):
        self.counts, self.names = counts, {}

    def plain(self, row):
        row = ADDRESS.sub("ADDRESS", TIME.sub("[TIME] ", row))
        return re.sub(r"\s+", " ", COUNT.sub("N", row)).strip() if self.counts else row

    def pattern(self, row):
        """The row without what may differ, and its addresses."""
        return self.plain(row), [a for a in ADDRESS.findall(TIME.sub("", row)) if not a.startswith("+")]


def matches(wanted, got, names):
    """`wanted`, which may have ellipses, against `got`: rows alike, and addresses the same where they were the same."""
    if not wanted:
        return not got
    if wanted[0] == ELLIPSIS:
        return any(matches(wanted[1:], got[skipped:], names) for skipped in range(len(got) + 1))
    if not got or wanted[0][0] != got[0][0]:
        return False
    before = [dict(name.names) for name in names]
    for there, here in zip(wanted[0][1], got[0][1]):
        if names[0].names.setdefault(there, len(names[0].names)) != names[1].names.setdefault(here, len(names[1].names)):
            names[0].names, names[1].names = before
            return False
    if matches(wanted[1:], got[1:], names):
        return True
    names[0].names, names[1].names = before
    return False


def written_anew(block, said):
    rows = [f"append={block.append}"] if block.append else []
    logged = {re.sub(r"\d+", "N", row): row for row in said[0]}
    rows += [logged.get(re.sub(r"\d+", "N", row), row) for row in block.boot]
    for (command, old), got in zip(block.commands, said[1:]):
        rows += [f"mink> {command}", *(old if ELLIPSIS in old else got)]
    return "".join(f"{row}\n" for row in rows)


def main(paths):
    from conftest import Mink  # pylint: disable=import-outside-toplevel

    for path in map(pathlib.Path, paths):
        text = path.read_text(encoding="utf-8")
        for block in Block.all_of(path):
            mink = Mink(console=Console(block.argv()))
            text = text.replace(block.text, written_anew(block, block.replay(mink)), 1)
            mink.kill()
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
