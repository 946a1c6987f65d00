# SPDX-License-Identifier: MIT
"""Machines of every size, their interrupts and clock, and how they end."""
import re
import subprocess
import time

from conftest import BOARD, argv_of, eventually, sizes, told
from mink_qemu.console import Console, Timeout
import pytest


def kilobytes(mink, name):
    return int(re.search(rf"^{name}: +(\d+) kB$", mink.ok("cat /proc/meminfo"), re.M)[1])


def interrupts(mink):
    """{name: count} of /proc/interrupts."""
    lines = mink.ok("cat /proc/interrupts").splitlines()
    return {line.split()[-1]: int(line.split()[1]) for line in lines[1:]}


@pytest.mark.each_board
@pytest.mark.parametrize("size", sizes(8, 16, 64, 128, 256))
def test_each_size_boots_and_uses_its_memory(boot, size):
    mink = boot(mem=f"{size}M")
    megabytes = told(size)
    total = kilobytes(mink, "MemTotal")
    assert megabytes * 1024 * 0.9 < total < megabytes * 1024
    assert f"{BOARD.ram:08x}-{BOARD.ram + (megabytes << 20) - 1:08x} : System RAM" in mink.ok("cat /proc/iomem")
    assert f"{megabytes * 1024}K available" in mink.boot_log
    mink.ok("check")


def test_too_little_memory_is_said_clearly():
    console = Console(argv_of(mem="4M"))
    try:
        with pytest.raises(Timeout) as stopped:
            console.read_until_prompt(4)
        assert "mink needs 8 MB of memory from 0x00000000 on: there are 4096 KB" in stopped.value.args[0]
    finally:
        console.kill()


def test_highmem_and_dma_make_zones(boot):
    mink = boot(mem="64M", append="highmem=16M dma=8M")
    assert re.findall(r"zone +(\w+)", mink.ok("cat /proc/buddyinfo")) == ["DMA", "Normal", "HighMem"]
    assert kilobytes(mink, "HighTotal") == 16 * 1024
    assert "HighMem  [mem 0x0000000003000000-0x0000000003ffffff]" in mink.boot_log
    assert "DMA      [mem 0x0000000000000000-0x00000000007fffff]" in mink.boot_log
    mink.ok("check")


@pytest.mark.each_board
def test_interrupts_are_counted(boot):
    mink = boot()
    before = interrupts(mink)
    assert eventually(lambda: interrupts(mink)["timer"] - before["timer"] >= 30)
    after = interrupts(mink)
    uart = next(name for name in after if name.startswith("uart-"))
    assert after[uart] > before[uart]
    assert after["0"] == 0  # Err:


@pytest.mark.each_board
def test_the_clock_keeps_time(boot):
    mink = boot()

    def seconds():
        hours, minutes, rest = re.match(r"up (\d+):(\d+):(\d+\.\d+)", mink.ok("uptime")).groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)

    def between():  # the host's time before and after the look
        before = time.monotonic()
        return before, seconds(), time.monotonic()

    first = between()
    time.sleep(1.5)
    last = between()
    assert last[0] - first[2] - 0.05 <= last[1] - first[1] <= last[2] - first[0] + 0.05


@pytest.mark.each_board
def test_reboot_says_so_and_resets(boot):
    mink = boot()
    mink.console.send_line("reboot")
    assert "mink: reboot\n" in mink.console.read_until_end(10)
    assert mink.console.status is None


@pytest.mark.each_board
@pytest.mark.parametrize("delay", [0, 0.005, 0.01, 0.02, 0.04, 0.08])
def test_input_before_and_while_it_boots_is_kept(delay):
    with subprocess.Popen(argv_of(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as qemu:
        time.sleep(delay)
        words = [f"early{i:03d}" for i in range(300)]
        text, _ = qemu.communicate("".join(f"{word}\n" for word in words).encode() + b"poweroff\n", timeout=60)
    assert re.findall(r"'(early\d{3})' is no command", text.decode()) == words
