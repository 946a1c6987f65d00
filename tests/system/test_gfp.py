# SPDX-License-Identifier: MIT
"""gfp test, on a machine with HighMem and on one without; and its wrong uses."""
import re

import pytest

MEM = "64M"
APPEND = "highmem=16M"
ROWS = ["GFP_KERNEL", "GFP_ATOMIC", "context", "GFP_NOIO", "GFP_NOFS", "GFP_DMA", "GFP_HIGHUSER", "__GFP_HIGH",
        "__GFP_NOFAIL", "__GFP_NORETRY", "__GFP_REPEAT", "__GFP_NOWARN", "__GFP_COLD", "__GFP_ZERO", "__GFP_COMP",
        "mempool", "vmalloc", "oom"]


@pytest.mark.parametrize("row", ROWS)
def test_each_row(console, row):
    text = console.ok(f"gfp test {row}", timeout=60)
    assert "NOT SO" not in text
    assert re.search(rf"^{row}\b.*: ok$", text, re.M)
    assert "gfp test: 1 of 1 ok" in text


def test_by_any_of_its_flags(console):
    assert "__GFP_HIGH __GFP_MEMALLOC __GFP_NOMEMALLOC: ok\n" in console.ok("gfp test __GFP_MEMALLOC")


def test_high_memory_is_shown(console):
    text = console.ok("gfp test __GFP_HIGHMEM")
    for line in ("GFP_HIGHUSER is served from HighMem", "a HighMem page has no linear address",
                 "all 64 windows in use: a thread that maps one more page waits", "one is released: the thread has it"):
        assert line in text
    assert "16 are zero (HighMem)" in console.ok("gfp test __GFP_ZERO")


def test_all_without_high_memory(boot):
    mink = boot(mem="32M")
    text = mink.ok("gfp test all", timeout=120)
    assert re.search(r"gfp test: (\d+) of \1 ok; times in microseconds\n$", text)
    mink.ok("check")


@pytest.mark.parametrize("wrong, words", [("gfp test", "takes 2 arguments, not 1"),
                                          ("gfp test GFP_NONSENSE", "there is no test of that name"),
                                          ("gfp test all all", "takes 2 arguments, not 3")])
def test_wrongly_used(console, wrong, words):
    status, text = console.run(wrong)
    assert status == 2
    assert words in text
