# SPDX-License-Identifier: MIT
"""Each command once rightly and once wrongly; what it prints is held to its shape."""
import re

from conftest import BOARD
import pytest

pytestmark = pytest.mark.each_board

ADDRESS = r"0x[0-9a-f]{8}"
LOWEST = rf"0x{BOARD.ram >> 24:02x}[0-9a-f]{{6}}"  # of the first 16 MB

RIGHT = [
    ("help", r"Allocate and release\n  kmalloc +allocates"),
    ("help kmalloc", r"usage: kmalloc SIZE \[FLAGS\] \[xN\|xall\]\n(.*\n)+example: kmalloc 100 GFP_ATOMIC\n"),
    ("history", r" +1  "),
    ("mode plain", r"^$"),
    ("ls", r"/proc/buddyinfo\n(/proc/.*\n)*/proc/zoneinfo\n"),
    ("ls /proc", r"/proc/slabinfo\n"),
    ("cat /proc/meminfo", r"^MemTotal: +\d+ kB\n"),
    ("cat meminfo vmstat", r"^MemTotal: +\d+ kB\n(.*\n)*nr_free_pages \d+\n"),
    ("watch -n 1 -c 2 uptime", r"^(up \d+:\d\d:\d\d\.\d\d, \d+ ticks at 100 Hz\n){2}$"),
    ("free", r"\nNormal +\d+ +\d+ +\d+ "),
    ("uptime", r"^up 0:00:\d\d\.\d\d, \d+ ticks at 100 Hz\n$"),
    ("dmesg", r"^\[    0\.\d{6}\] "),
    ("buddyinfo", r"^Node 0, zone +DMA( +\d+){11} \n"),
    ("slabinfo", r"^slabinfo - version: 2\.1\n"),
    ("vmallocinfo", rf"{ADDRESS}-{ADDRESS} +\d+ "),
    ("kmalloc 100", rf"^#\d+ kmalloc 100 -> {ADDRESS} phys {ADDRESS} kmalloc-128 GFP_KERNEL\n$"),
    ("kmalloc 100 GFP_DMA", rf"^#\d+ kmalloc 100 -> {ADDRESS} phys {LOWEST} dma-kmalloc-128 GFP_DMA\n$"),
    ("kmalloc 20K GFP_ATOMIC", rf"^#\d+ kmalloc 20480 -> {ADDRESS} phys {ADDRESS} 8 pages GFP_ATOMIC\n$"),
    ("kmalloc 0", r"^#\d+ kmalloc 0 -> 0x00000010 ZERO_SIZE_PTR GFP_KERNEL\n$"),
    ("kmalloc 64 x1000", rf"^#\d+ kmalloc 64 x1000 -> {ADDRESS} phys {ADDRESS} kmalloc-64 GFP_KERNEL\n$"),
    ("kzalloc 192", rf"^#\d+ kzalloc 192 -> {ADDRESS} phys {ADDRESS} kmalloc-192 GFP_KERNEL\|__GFP_ZERO\n$"),
    ("pages 3", rf"^#\d+ pages 3 -> {ADDRESS} phys {ADDRESS} order 3 (Normal|DMA) GFP_KERNEL\n$"),
    ("pages 0 GFP_DMA", rf"^#\d+ pages 0 -> {ADDRESS} phys {LOWEST} order 0 DMA GFP_DMA\n$"),
    ("zpage", rf"^#\d+ zpage -> {ADDRESS} phys {ADDRESS} order 0 (Normal|DMA) GFP_KERNEL\|__GFP_ZERO\n$"),
    ("vmalloc 1M", rf"^#\d+ vmalloc 1048576 -> {ADDRESS} phys {ADDRESS} 256 pages in \d+ runs? GFP_KERNEL\n$"),
    ("live", r"\n\d+ allocations\n$"),
    ("release all", r"^released \d+ allocations\n$"),
    ("cache create st-a 100 32 HWCACHE_ALIGN", r"^st-a: objects of 100 bytes take 128, 32 to a slab of 1 page\n$"),
    ("cache create st-b 100 POISON|RED_ZONE|STORE_USER", r"^st-b: objects of 100 bytes take \d+, \d+ to a slab"),
    ("cache alloc st-a 20", rf"^#\d+ cache 100 x20 -> {ADDRESS} phys {ADDRESS} st-a GFP_KERNEL\n$"),
    ("cache alloc st-b", rf"^#\d+ cache 100 -> {ADDRESS} phys {ADDRESS} st-b GFP_KERNEL\n$"),
    ("cache free st-a 5", r"^freed 5\n$"),
    ("cache free st-a 15", r"^freed 15\n$"),
    ("cache shrink st-a", r"^gave back [1-9]\d* pages?\n$"),
    ("cache destroy st-a", r"^$"),
    ("cache free st-b; cache destroy st-b", r"^freed 1\n$"),
    ("mempool create pool 4 256", r"^$"),
    ("mempool alloc pool 3 GFP_ATOMIC", r"^#\d+ mempool x3 -> .* pool GFP_ATOMIC\npool: 4 of 4 elements in reserve\n$"),
    ("mempool free pool 3", r"^freed 3\npool: 4 of 4 elements in reserve\n$"),
    ("mempool destroy pool", r"^$"),
    ("cat -s meminfo ledger", r"^MemTotal: +\d+ kB\n(.*\n)*all(?: +\d+){10}\n"),
    ("check", r"^pages: .*: ok\nslab: .*: ok\nvmalloc: .*: ok\n"),
    ("soak 1", r"faults +0 found\n  free pages before (\d+), after \1\n$"),
    ("dma", r"^coherent memory: \d+ of \d+ kB in use\n(.*\n)*mapped now: 0; refused so far: \d+\n"),
    ("irqstorm 200 1", r"0 faults found\n  free pages before (\d+), after \1\n$"),
    ("pressure", r"^nothing is held\n$"),
    ("top", r"^ +kB  of \d+ kB\n +\d+  free\n"),
    ("gfp test __GFP_COMP", r"__GFP_COMP: ok\ngfp test: 1 of 1 ok; "),
    ("pt", r"0xc0000000-0x[0-9a-f]{8}"),
    ("pt c0100000", rf"-> {BOARD.ram + 0x100000:08x}"),
    ("md c0008000", r"^(c00080[0-3]0:( [0-9a-f]{8}){4}  .{16}\n){4}$"),
    ("md c0008002 1", r"^c0008000: [0-9a-f]{8}"),
    ("sym printk", r"^c0[0-9a-f]{6} printk\+0x0/0x[0-9a-f]+\n$"),
    ("gfp GFP_ATOMIC", r"__GFP_HIGH"),
    ("gfp GFP_ATOMIC 3", r"\nnow +order 3 granted from (Normal|DMA)"),
    ("frag", r"each \d+ pages; capitals"),
    ("leak mark", r"^$"),
    ("leak diff", r"bytes in all|nothing differs"),
    ("leak end", r"^$"),
    ("abuse pages-twice", r"pages-twice +ok "),
    ("whatis c0008000", r"^0xc0008000 is in the kernel's code\n"),
    ("fail", r"^failslab +off .*\nfail_page_alloc +off "),
    ("gfp 0xcc0", r"GFP_KERNEL"),
    ("gfp", r"GFP_KERNEL +0x00000cc0 "),
    ("ps", r"\n"),
    ("locks", r"RANK LOCK +RELEASED +LONGEST ns  TAKEN AT\n"),
    ("bench page", r"page +__get_free_page \+ free_page +\d+\.\d\d +"),
    ("status", r"^0\n$"),
]

WRONG = [
    ("locks fast", "on or off"),
    ("help kmaloc", "'kmaloc' is no command"),
    ("history 1", "takes 0 arguments, not 1"),
    ("mode loud", "the mode is plain, ansi or auto"),
    ("ls /dev", "the only folder is /proc"),
    ("cat", "which file"),
    ("cat -s", "which file"),
    ("cat /proc/nothing", "there is no /proc/nothing"),
    ("watch", "which command?"),
    ("watch -n 0 free", "SECONDS is a number from 1"),
    ("watch -x free", "-n SECONDS and -c TIMES"),
    ("watch watch free", "does not watch itself"),
    ("watch -c 3 nonsense", "'nonsense' is no command"),
    ("free all", "takes 0 arguments, not 1"),
    ("uptime now", "takes 0 arguments"),
    ("dmesg 3", "takes 0 arguments"),
    ("buddyinfo x", "takes 0 arguments"),
    ("slabinfo x", "takes 0 arguments"),
    ("vmallocinfo x", "takes 0 arguments"),
    ("kmalloc", "takes 1 to 2 arguments, not 0"),
    ("kmalloc -5", "SIZE is a number from 0 to 4294967295 (such as 100, 0x40, 4K, 1M), not '-5'"),
    ("kmalloc 4G", "SIZE is a number"),
    ("kmalloc 100 GFP_NONSENSE", "FLAGS are names as GFP_KERNEL|__GFP_ZERO, or a number; not 'GFP_NONSENSE'"),
    ("kmalloc 100 x0", "xN is a number of times"),
    ("kmalloc 8M", "kmalloc: no memory for GFP_KERNEL"),
    ("kzalloc 1.5K", "SIZE is a number"),
    ("pages 11", "ORDER is a number from 0 to 10"),
    ("pages 3 __GFP_DMA|x", "not 'x'"),
    ("zpage 3 4", "takes 0 to 1 arguments"),
    ("vmalloc", "takes 1 to 2 arguments"),
    ("vmalloc 0", "no memory"),
    ("vmalloc 3G", "no memory"),
    ("live 1", "takes 0 arguments"),
    ("release", "the number of an allocation, as #3, or all"),
    ("release #999", "there is no #999"),
    ("release some", "the number of an allocation, as #3, or all"),
    ("cache", "create alloc free shrink destroy"),
    ("cache create", "create takes 2 to 5 arguments, not 0"),
    ("cache create st-c 100 3", "ALIGN is a power of two"),
    ("cache create st-c 100 SHINY", "the flags are HWCACHE_ALIGN"),
    ("cache create kmalloc-64 100", "there is a kmalloc-64"),
    ("cache alloc nothing", "there is no 'nothing'"),
    ("cache free kmalloc-64", "no more were allocated here"),
    ("cache destroy nothing", "there is no 'nothing'"),
    ("mempool", "create alloc free destroy"),
    ("mempool create pool 0 256", "MIN is a number from 1"),
    ("mempool alloc nothing", "there is no 'nothing'"),
    ("ps 1", "takes 0 arguments"),
    ("check all", "takes 0 arguments"),
    ("soak", "takes 1 to 3 arguments"),
    ("soak 0", "SECONDS is a number from 1"),
    ("soak 1 1 0", "RATE is a number from 1"),
    ("dmatest 4096", "takes 2 arguments"),
    ("dmatest 0 1", "SIZE is a number from 1"),
    ("dma 1", "takes 0 arguments, not 1"),
    ("irqstorm 0 1", "RATE is a number from 1"),
    ("pressure hold", "takes 2 to 3 arguments, not 1"),
    ("top 3", "takes 0 arguments"),
    ("card x", "there is no such action"),
    ("pt here", "is an address"),
    ("pt 80000000", "80000000"),
    ("md", "takes 1 to 2 arguments"),
    ("md c0008000 0", "N is a number from 1"),
    ("mw c0008000", "takes 2 arguments, not 1"),
    ("mw c0008001 1", "a multiple of 4"),
    ("mw c0008000 1", "is in the kernel's text; -f writes there all the same"),
    ("sym no_such_name", "is an address"),
    ("sym 00000004", "is in no symbol"),
    ("gfp GFP_", "FLAGS are names"),
    ("gfp GFP_KERNEL 32", "ORDER is a number from 0 to 31"),
    ("frag 3", "PAGES is a power of two"),
    ("leak some", "mark, diff or end"),
    ("leak", "takes 1 argument, not 0"),
    ("leak diff", "`leak mark` first"),
    ("abuse nonsense", "one of those that `help abuse` lists"),
    ("whatis", "takes 1 argument"),
    ("fail everything", "failslab, fail_page_alloc, sweep or off"),
    ("bench nonsense", "the operations are kmalloc "),
    ("status 1", "takes 0 arguments"),
    ("poweroff x", "N is a number from 0 to 255"),
    ("reboot now", "takes 0 arguments"),
    ("nonsense", "'nonsense' is no command; `help` lists them"),
]


@pytest.mark.parametrize("command, shape", RIGHT)
def test_right(console, command, shape):
    assert re.search(shape, console.ok(command)), console.console.transcript[-2000:]


@pytest.mark.parametrize("command, words", WRONG)
def test_wrong(console, command, words):
    assert words in console.fails(command)


def test_nothing_was_left_behind(console):
    console.ok("release all")
    assert console.ok("live") == "0 allocations\n"
    assert "WRONG" not in console.ok("check")


def test_every_command_is_tried(console):
    listed = set(re.findall(r"^  (\S+) ", console.ok("help"), re.M))
    # poweroff, reboot: tests/system/test_boot.py and test_run.py; card: test_card.py; dmatest: test_dma.py; mw: below and in test_faults.py
    assert listed - {command.split()[0] for command, _ in RIGHT} <= {"poweroff", "reboot", "mw", "release", "cache", "mempool", "card", "dmatest"}
    assert listed <= {command.split()[0] for command, _ in WRONG}


def test_mw_and_md_agree(console):
    address = re.search(r"-> 0x([0-9a-f]{8})", console.ok("kmalloc 64"))[1]
    assert console.ok(f"mw -f {address} 0x12345678").endswith("-> 12345678\n")
    assert console.ok(f"md {address} 4").startswith(f"{address}: 12345678")
    console.ok("release all")


def test_destroying_a_cache_with_live_objects_lists_them(console):
    console.ok("cache create busy 100")
    address = re.search(r"-> 0x([0-9a-f]{8})", console.ok("cache alloc busy"))[1]
    assert address in console.fails("cache destroy busy")
    assert "elements" not in console.ok("cache free busy")
    console.ok("cache destroy busy")
    assert "busy" not in console.ok("slabinfo")


def test_a_pool_gives_its_reserve_and_refills_it_first(console):
    console.ok("mempool create last 4 8192")  # a slab of kmalloc-8k holds four
    console.ok("pages 0 GFP_ATOMIC|__GFP_NOWARN|__GFP_MEMALLOC xall")
    assert "last: 0 of 4" in console.ok("mempool alloc last 4 GFP_NOWAIT|__GFP_NOWARN")
    console.fails("mempool alloc last 1 GFP_NOWAIT|__GFP_NOWARN")
    assert "last: 4 of 4" in console.ok("mempool free last 4")
    assert "elements are out" in console.fails("mempool alloc last 1; mempool destroy last; cat nothing")
    console.ok("release all")
    console.ok("mempool destroy last")
    console.ok("check")
