# SPDX-License-Identifier: MIT
"""Copies by the DMA engine, the memory for it, and what is refused: on the boards that have one. (Not as MINK_BOARD says.)"""
import re

import pytest
from conftest import Mink
from mink_qemu import boards, build
from mink_qemu.console import Console

MIB = 1 << 20


@pytest.fixture(name="board", scope="module", params=["versatilepb", "s3c6410"])
def _board(request):
    board = boards.BOARDS[request.param]
    build.image(board.name, "kernel")
    return board


def started(board, **wishes):
    return Mink(console=Console(boards.qemu_argv(board, build.image_path(board.name, "kernel"), **wishes)))


@pytest.fixture(name="console", scope="module")
def _console(board):
    mink = started(board, memory=64 * MIB, append="highmem=16M dma=32M")
    yield mink
    mink.kill()


@pytest.fixture(name="boot")
def _boot(board):
    machines = []

    def boot(append=""):
        machines.append(started(board, append=append))
        return machines[-1]

    yield boot
    for mink in machines:
        mink.kill()


def figure(console, pattern):
    return int(re.search(pattern, console.ok("dma"))[1])


def interrupts(console):
    return sum(int(n) for n in re.findall(r"^ *\d+: +(\d+) .*pl080", console.ok("cat /proc/interrupts"), re.M))


def test_coherent_memory_is_whole_uncached_megabytes(console):
    iomem = console.ok("cat /proc/iomem")
    start, last = (int(x, 16) for x in re.search(r"^  ([0-9a-f]{8})-([0-9a-f]{8}) : DMA coherent memory$", iomem, re.M).groups())
    assert last - start + 1 == 1 << 20 and start % (1 << 20) == 0
    # One mapping, of one type: the linear one.
    ram = int(re.search(r"^([0-9a-f]{8})-[0-9a-f]{8} : System RAM$", iomem, re.M)[1], 16)
    at = 0xc0000000 + start - ram
    assert re.search(rf"^0x{at:08x}-0x{at + (1 << 20):08x} +1M +RW NX +MEM/BUFFERABLE/WC$", console.ok("pt"), re.M)


def test_copies_are_verified_and_end_by_interrupt(console):
    copies, before = figure(console, r"(\d+) copies"), interrupts(console)
    for size in ("1", "31", "4096", "16380", "16381", "100003", "1M", "4M"):
        assert ", all verified;" in console.ok(f"dmatest {size} 3")
    assert figure(console, r"(\d+) copies") - copies == 24
    assert interrupts(console) - before == 24


def test_pieces_at_odd_addresses_and_pages_without_a_linear_address(console):
    assert ", all verified;" in console.ok("dmatest 12345 20 -s")
    assert int(re.search(r"^HighFree: +(\d+)", console.ok("cat /proc/meminfo"), re.M)[1]) > 8192
    for size in ("4096", "40000", "1M"):
        assert ", all verified;" in console.ok(f"dmatest {size} 3 -p")
        assert ", all verified;" in console.ok(f"dmatest {size} 3 -p -s")


def test_a_vmalloced_buffer_is_refused_with_the_reason(console):
    refused = figure(console, r"refused so far: (\d+)")
    text = console.ok("dmatest 8192 -v")
    assert re.search(r"dma_map_single: \(no device\): 0x\w+, 8192 bytes: vmalloc's address range, .*use kmalloc\(\)", text)
    assert "is refused" in text
    assert figure(console, r"refused so far: (\d+)") == refused + 1


def test_a_bus_error_is_eio(console, board):
    """QEMU's PL080 does not look at the bus's answers, the model of the S3C6410's does."""
    ends = "ends with 0" if board.name == "versatilepb" else "ends with -5"
    assert ends in console.run("dmatest 0x90000000 -a")[1]
    assert ", all verified;" in console.ok("dmatest 100000 2 -s")


def test_nothing_stays_behind(console):
    console.ok("dmatest 4M 1 -s")  # the longest list of transfers: its memory is kept
    used, free = figure(console, r"coherent memory: (\d+) of"), console.ok("cat /proc/buddyinfo")
    for _ in range(3):
        console.ok("dmatest 4M 1 -s")
        console.ok("dmatest 4095 50")
    assert figure(console, r"coherent memory: (\d+) of") == used
    assert figure(console, r"mapped now: (\d+)") == 0
    assert console.ok("cat /proc/buddyinfo") == free
    console.ok("check")


def test_coherent_memory_by_the_command_line(boot):
    mink = boot(append="coherent=4M")
    assert "of 4096 kB in use" in mink.ok("dma")
    mink.ok("dmatest 4M 2")
    mink.ok("check")
    mink = boot(append="coherent=0")
    assert "coherent" not in mink.ok("cat /proc/iomem")
    mink.ok("dmatest 4096 10")  # one transfer: no list in memory
    assert "error -12" in mink.fails("dmatest 4096 1 -s")
    mink.ok("check")


def test_memory_for_users_stays_above_129000_kb(boot):
    assert int(re.search(r"^MemTotal: +(\d+) kB", boot().ok("cat /proc/meminfo"), re.M)[1]) >= 129000
