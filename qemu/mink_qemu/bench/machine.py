# SPDX-License-Identifier: MIT
"""Boots mink for one measurement under -icount, and reads the table that `bench` prints."""
import dataclasses
import re
import subprocess

from .. import boards, build, plugin
from ..console import POWER_OFF

BOARD = boards.BOARDS["versatilepb"]
BOOT_TIMEOUT = 600
MARKS = ("mink_bench_takes", "mink_bench_gives")
END = "mink_bench_ends"
SPREAD = r"(?: +(\d+) +(\d+) +(\d+)| +-)"
ROW = re.compile(r"^(\S+) +(\S.{41}) +(\d+\.\d\d|no memory)(?: +(\S+) +(\S+) +(\S+)" + SPREAD + SPREAD + ")?$", re.M)


@dataclasses.dataclass
class Row:
    """A line of the table. Figures are instructions; a call's are (least, median, most) or None."""
    name: str
    title: str
    cost: float | None  # None: there was no memory for it
    linux: float | None
    at_most: float | None
    take: tuple | None
    give: tuple | None


def rows_of(text):
    def number(word):
        return None if word in (None, "-") else float(word)

    def spread(words):
        return None if words[0] is None else tuple(map(int, words))

    rows = {}
    for match in ROW.finditer(text):
        name, title, cost, linux, _, at_most, *calls = match.groups()
        rows[name] = Row(name, title.strip(), None if cost == "no memory" else float(cost), number(linux), number(at_most),
                         spread(calls[:3]), spread(calls[3:]))
    return rows


def argv(commands, memory=None, shift=0, image="kernel"):
    return boards.qemu_argv(BOARD, build.image_path(BOARD.name, image), memory=memory, commands=commands, icount=True, icount_shift=shift)


def boot(commands, memory=None, shift=0, image="kernel"):
    """What mink printed for these commands. BuildError if it did not come to an end."""
    done = subprocess.run(argv(commands, memory, shift, image), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=BOOT_TIMEOUT, check=False)
    text = done.stdout.decode("utf-8", "replace").replace("\r", "")
    if not POWER_OFF.search(text):
        raise build.BuildError(f"{text}\nmink did not come to an end: {'; '.join(commands)}")
    return text


def operations():
    """The names of all rows, as the shell knows them."""
    return re.search(r"^bench: the operations are (.*)$", boot(["bench ?"]), re.M)[1].removesuffix(" sizes").split()


def profile(name):
    """What the plugin counts of one operation's loops."""
    elf = build.image_path(BOARD.name, "kernel").with_suffix(".elf")
    symbols = plugin.symbols_of(elf)
    return plugin.run(argv([f"bench {name}"]), elf, [symbols.address(mark) for mark in MARKS], symbols.address(END))[1]
