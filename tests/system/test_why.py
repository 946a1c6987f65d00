# SPDX-License-Identifier: MIT
"""Why an allocation fails, how broken up memory is, what leaked: the sentence, `frag`, `leak`."""
import re
import time

from mink_qemu.console import Timeout

CLEARED = "\x1b[H\x1b[2J"  # the screen, with the cursor at its top


def verdict(mink, mask, order=0):
    return re.search(r"^now +(.*)$", mink.ok(f"gfp {mask} {order}"), re.M)[1]


def test_the_verdict_comes_true_and_the_report_says_the_same(boot):
    mink = boot("16M")
    assert re.match(r"order 4 granted from (Normal|DMA): ", verdict(mink, "GFP_ATOMIC", 4))
    # Everything in single pages, the reserves too.
    mink.text_of("pages 0 __GFP_MEMALLOC|__GFP_NOWARN xall", timeout=60)
    why = verdict(mink, "GFP_NOWAIT", 4)
    assert re.match(r"order 4 in \w+ refused: [\d.]+ [kM]B free", why)
    assert re.search(r"freeing (\d+ of the 16|16 adjacent) pages at pfn 0x[0-9a-f]+ \(.+\) would make one", why)
    report = mink.fails("pages 4 GFP_NOWAIT")
    assert re.search(r"order 4 in \w+ refused: .* would make one", report)
    mink.ok("release all")
    assert "granted" in verdict(mink, "GFP_NOWAIT", 4)
    assert verdict(mink, "GFP_KERNEL", 11).endswith("refused: the largest block is of order 10")


def test_atomic_goes_deeper_than_nowait(boot):
    mink = boot("16M")
    mink.text_of("pages 0 GFP_NOWAIT|__GFP_NOWARN xall", timeout=60)
    nowait, atomic = verdict(mink, "GFP_NOWAIT"), verdict(mink, "GFP_ATOMIC")
    assert "refused" in nowait and re.search(r"\d+ more free pages? (is|are) needed", nowait)
    assert "below its low mark" in atomic
    assert "no memory" in mink.fails("pages 0 GFP_NOWAIT|__GFP_NOWARN")
    mink.ok("pages 0 GFP_ATOMIC")
    mink.ok("release all")


def cells(frag):
    return "".join(re.findall(r"^0x[0-9a-f]{5} (.+)$", frag, re.M))


def test_frag_shows_who_has_what(boot):
    mink = boot("64M")
    before = mink.ok("frag")
    assert re.search(r"^Node 0, zone   Normal (-?\d\.\d{3} ){11}$", before, re.M)
    assert len(cells(before)) == 64 * 1024 // 4 // 16 and "each 16 pages" in before
    sums = re.search(r"^\. free (\d+), s slab (\d+), k kmalloc (\d+), v vmalloc (\d+), c coherent (\d+), p pages (\d+), t tables (\d+), r reserved (\d+) pages$", before, re.M)
    assert sum(map(int, sums.groups())) == 64 * 1024 // 4
    mink.ok("pages 9 GFP_KERNEL; vmalloc 4M; kmalloc 1M")
    after = mink.ok("frag 256")
    assert {"P", "V", "K"} <= set(cells(after)) and cells(after).count("P") == 2
    assert "power of two" in mink.fails("frag 3")
    mink.ok("release all")


def test_watch_frag_draws_in_place_until_ctrl_c(boot):
    mink = boot("64M")
    still = mink.ok("frag")
    assert mink.ok("mode plain; watch -c 2 frag") == still * 2
    mink.ok("mode ansi")
    mink.console.send("watch frag\n")
    seen, deadline = "", time.monotonic() + 30
    while seen.count(CLEARED) < 3 and time.monotonic() < deadline:
        try:
            seen += mink.console.read_until_prompt(0.1)  # none comes as long as it is watched
            break
        except Timeout as more:
            seen += more.args[0]
    mink.console.send("\x03")
    seen += mink.console.read_until_prompt(10)
    typed, *pictures = seen.split(CLEARED)
    assert typed == "watch frag\n" and len(pictures) >= 3, seen
    assert set(pictures[:-1]) == {still} and pictures[-1].startswith(still), seen
    assert "^C" in pictures[-1], seen
    assert mink.ok("mode plain; status") == "0\n"


def test_leak_tells_what_was_not_given_back(boot):
    mink = boot("64M", append="track=on")
    assert "leak mark" in mink.fails("leak diff")
    mink.ok("leak mark")
    assert mink.ok("leak diff").strip() == "nothing differs"
    mink.ok("kmalloc 100; pages 3; vmalloc 1M")
    diff = mink.ok("leak diff")
    assert re.search(r"^ +\+1 +\+1048576  vmalloc 1024 kB by mink::shell::\S+$", diff, re.M)
    assert re.search(r"^ +\+1 +\+32768  pages 32 kB by mink::shell::\S+$", diff, re.M)
    assert re.search(r"^ +\+1 +\+128  slab kmalloc-128 by mink::shell::\S+$", diff, re.M)
    mink.ok("release all")
    assert mink.ok("leak diff").strip() == "nothing differs"
    mink.ok("leak end")


def test_the_soak_leaks_nothing(boot):
    mink = boot("64M")
    mink.ok("leak mark; soak 5", timeout=60)
    assert mink.ok("leak diff").strip() == "nothing differs"
