# SPDX-License-Identifier: MIT
"""Machines of several sizes: what is free is accounted for, to the page, after everything was taken and given back."""
import re

from conftest import sizes, told
import pytest

SIZES = [f"{size}M" for size in sizes(16, 64, 128, 256)]


def free_pages(mink):
    """Of all zones, from /proc/buddyinfo."""
    total = 0
    for line in mink.ok("cat /proc/buddyinfo").splitlines():
        total += sum(int(n) << order for order, n in enumerate(line.split()[4:]))
    return total


def meminfo(mink, field):
    return int(re.search(rf"^{field}: +(\d+) kB$", mink.ok("cat /proc/meminfo"), re.M)[1])


def timer_interrupts(mink):
    return int(re.search(r"^ *\d+: +(\d+) .*timer", mink.ok("cat interrupts"), re.M | re.I)[1])


def take_all(mink):
    """Blocks of every order until there are none, largest first; how many pages that was."""
    taken = 0
    for order in range(10, -1, -1):
        # Not even one: `fails` would be right too.
        text = mink.text_of(f"pages {order} GFP_HIGHUSER|__GFP_MEMALLOC|__GFP_NOWARN xall", timeout=60)
        match = re.search(rf"^#\d+ pages {order}(?: x(\d+))? ->", text, re.M)
        if match:
            taken += int(match[1] or 1) << order
    return taken


@pytest.mark.each_board
@pytest.mark.parametrize("mem", SIZES)
def test_everything_can_be_taken_and_comes_back(boot, mem):
    mink = boot(mem)
    before = free_pages(mink)
    assert before * 4 > told(int(mem[:-1])) * 1024 * (0.8 if mem == "16M" else 0.95)
    assert take_all(mink) == before
    assert free_pages(mink) == 0
    assert "no memory" in mink.fails("kmalloc 4K __GFP_NOWARN")
    mink.ok("check")
    mink.ok("release all")
    assert free_pages(mink) == before
    assert meminfo(mink, "MemFree") == before * 4
    mink.ok("check")


@pytest.mark.each_board
@pytest.mark.parametrize("mem", SIZES)
def test_out_of_memory_says_why(boot, mem):
    mink = boot(mem)
    before = free_pages(mink)
    mink.text_of("pages 0 GFP_KERNEL|__GFP_NOWARN xall")
    report = mink.fails("pages 4 GFP_KERNEL")
    assert "GFP_KERNEL" in report and "order" in report and re.search(r"Normal|DMA", report)
    mink.ok("release all")
    assert free_pages(mink) == before


def test_highmem_gives_a_zone(boot):
    mink = boot("64M", "highmem=16M")
    rows = {line.split()[3]: line for line in mink.ok("cat /proc/buddyinfo").splitlines()}
    assert set(rows) == {"DMA", "Normal", "HighMem"}
    assert "no linear address" in mink.ok("pages 0 GFP_HIGHUSER")
    assert "HighMem" in mink.ok("live")
    assert "no linear" not in mink.ok("pages 0 GFP_KERNEL")
    assert " 256 pages in " in mink.ok("vmalloc 1M GFP_KERNEL|__GFP_ZERO")
    mink.ok("release all")
    mink.ok("check")
    mink.ok("soak 1")


def test_highmem_is_taken_before_low_memory(boot):
    mink = boot("64M", "highmem=16M")
    text = mink.ok("pages 9 GFP_HIGHUSER x3")
    assert "HighMem" in text
    mink.text_of("pages 0 GFP_HIGHUSER|__GFP_NOWARN xall")
    assert "HighMem" not in mink.ok("live").splitlines()[1]  # the newest of them lies lower
    mink.ok("release all")
    mink.ok("check")


@pytest.mark.parametrize("append, fewer", [("mem=32M", 32 * 256), ("mem=nonsense", 0), ("mem=0", 0)])
def test_mem_is_obeyed_and_nonsense_is_named(boot, append, fewer):
    mink, whole = boot("64M", append), boot("64M")
    missing = free_pages(whole) - free_pages(mink)
    assert fewer * 0.95 <= missing <= fewer
    if not fewer:
        assert "mem=" in mink.boot_log


def test_a_fragmented_machine_still_has_vmalloc(boot):
    mink = boot("16M")
    mink.text_of("pages 0 GFP_KERNEL|__GFP_NOWARN xall")  # singles, so that ...
    mink.ok("release all")
    before = free_pages(mink)
    assert " 256 pages in " in mink.ok("vmalloc 1M")
    mink.ok("check")
    mink.ok("release all")
    mink.ok("vmalloc 4K")  # purges nothing: the count may differ by tables and lazy areas, but no more
    mink.ok("release all")
    assert before - free_pages(mink) <= 8


def test_what_the_first_slice_promises(boot):
    """The issue's own line, on its own machine."""
    mink = boot("64M")
    assert re.search(r"^Node 0, zone +DMA", mink.ok("cat /proc/buddyinfo"))
    assert "kmalloc-128" in mink.ok("cat /proc/slabinfo")
    assert "kmalloc-128" in mink.ok("kmalloc 100")
    assert "256 pages" in mink.ok("vmalloc 1M")
    assert "order 3" in mink.ok("pages 3")
    assert mink.ok("live").endswith("\n3 allocations\n")
    assert mink.ok("release all") == "released 3 allocations\n"
    assert "WRONG" not in mink.ok("check")
    before = timer_interrupts(mink)
    soak = mink.ok("soak 10", timeout=90)
    ticks = timer_interrupts(mink) - before
    operations = [int(n) for n in re.findall(r"^  (?:buddy|slab|kmalloc|vmalloc|mempool) +(\d+) operations", soak, re.M)]
    assert len(operations) == 5
    assert sum(operations) >= 100_000
    assert min(operations) * 10 >= sum(operations)
    # 1000 on a host that gives the machine all its ticks: at least an allocation for every second one that came.
    assert ticks > 50 and int(re.search(r"timer +(\d+) allocations", soak)[1]) * 2 >= ticks
    assert re.search(r"faults +0 found\n  free pages before (\d+), after \1\n", soak)
    assert meminfo(mink, "MemTotal") > 60_000


@pytest.mark.long
@pytest.mark.parametrize("mem, seed", [("16M", 7), ("64M", 8), ("256M", 9)])
def test_long_soak(boot, mem, seed):
    mink = boot(mem)
    assert re.search(r"faults +0 found\n  free pages before (\d+), after \1\n", mink.ok(f"soak 60 {seed}", timeout=300))
    mink.ok("check")
