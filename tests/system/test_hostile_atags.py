# SPDX-License-Identifier: MIT
"""A boot loader's list that lies: mink says what is wrong with it, and starts with what is left. (Every cut and each wrong word of
a list: tests/unit/kernel/init/test_atags.cpp.)"""
import random
import re
import struct

import pytest
from conftest import BOARD, argv_of
from mink_qemu import build
from mink_qemu.console import Console

pytestmark = pytest.mark.skipif(BOARD.name != "versatilepb", reason="hands a list of its own to the image, at this board's addresses")

MB = 1 << 20
IMAGE, LIST, STUB = 0x10000, 0x400000, 0x3000000  # the list where the first tables map it
CORE, MEM, INITRD, COMMAND_LINE, NONE = 0x54410001, 0x54410002, 0x54420005, 0x54410009, 0


def tag(kind, *words, length=None):
    return struct.pack(f"<{2 + len(words)}I", 2 + len(words) if length is None else length, kind, *words)


GOOD = tag(CORE, 1, 4096, 0) + tag(MEM, 64 * MB, 0)
END = struct.pack("<II", 0, NONE)

LISTS = {
    "good": (GOOD + END, 0, []),
    "cut": (GOOD + tag(MEM, length=0x4000), 0, ["a tag reaches beyond the memory that holds the list"]),
    "without an end": (GOOD + tag(0x54410007, 1) * 2000, 0, ["is refused: "]),
    "looped": (GOOD + tag(MEM, length=0), 0, ["a tag is shorter than its own head"]),
    "misaligned": (GOOD + END, 2, ["is not word aligned"]),
    "nowhere": (b"", 0xFFFFF000 - LIST, ["cannot be read"]),
    "absurd banks": (GOOD + tag(MEM, 0xFFFFFFFF, 0) + tag(MEM, 64 * MB, 0xFFFFF000) + tag(MEM, 64 * MB, 0x70000000) + tag(MEM, 0, 0) +
                     tag(MEM, 1) + END, 0,
                     ["0x70000000-0x74000000 is no memory of this board", "holds no whole page", "is too short"]),
    "overlapping banks": (GOOD + tag(MEM, 32 * MB, 16 * MB) + tag(MEM, 64 * MB, 0) + END, 0, ["overlaps another bank"]),
    "an initrd over everything": (GOOD + tag(INITRD, 0, 0xFFFFFFFF) + END, 0, ["the initrd is not in memory"]),
    "an initrd over the kernel": (GOOD + tag(INITRD, 0, 32 * MB) + END, 0, ["the initrd lies over the kernel, ignored"]),
    "an endless command line": (GOOD + tag(COMMAND_LINE, *[0x41414141] * 1024) + END, 0, ["the command line is too long: cut"]),
}
LISTS |= {f"random {seed}": (tag(CORE) + random.Random(seed).randbytes(16000), 0, ["is refused: "]) for seed in range(3)}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_lies(tmp_path, name):
    data, offset, complaints = LISTS[name]
    stub = struct.pack("<7I", 0xE3A00000, 0xE59F1004, 0xE59F2004, 0xE59FF004,  # r0 = 0; r1, r2, pc = the words that follow
                       387, LIST + offset, IMAGE)
    (tmp_path / "stub").write_bytes(stub)
    (tmp_path / "list").write_bytes(bytes(offset % 4) + data)
    argv = argv_of(mem="64M")
    for option in ("-append", "-kernel"):
        if option in argv:
            at = argv.index(option)
            del argv[at:at + 2]
    for path, address in ((build.image_path(BOARD.name, "kernel"), IMAGE), (tmp_path / "list", LIST), (tmp_path / "stub", STUB)):
        if path.stat().st_size:
            argv += ["-device", f"loader,file={path},addr={address:#x},force-raw=on" + (",cpu-num=0" if address == STUB else "")]
    console = Console(argv)
    try:
        log = console.read_until_prompt(20)
        assert re.search(r"\] Memory: \d+K/65536K available", log) or "using the board's own map" in log
        for words in complaints:
            assert re.search(rf"\] .*{re.escape(words)}", log), log
        if name == "good":
            assert "atags:" not in log
        console.send_line("mode plain; check")
        assert console.read_until_prompt(20).count(": ok\n") >= 6
    finally:
        console.kill()
