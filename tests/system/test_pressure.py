# SPDX-License-Identifier: MIT
"""pressure and top: free memory goes to the mark that was asked for, and comes back."""
import re

from conftest import eventually
import pytest


def normal(text):
    """(free, min, low, high) of zone Normal, in pages."""
    found = re.search(r"Normal: (\d+) pages free \(min (\d+) low (\d+) high (\d+)\)", text)
    return [int(n) for n in found.groups()]


@pytest.mark.parametrize("level, place", [("min", 1), ("low", 2), ("high", 3)])
def test_holds_at_the_mark_and_gives_back(console, level, place):
    before = console.ok("free")
    figures = normal(console.ok(f"pressure hold {level}"))
    assert figures[0] == figures[place]
    def at_the_mark():
        figures = normal(console.ok("pressure show"))
        return figures[0] == figures[place]

    console.ok("kmalloc 4K GFP_ATOMIC x40")
    assert eventually(at_the_mark)  # what others take is given back
    console.ok("release all")
    assert eventually(at_the_mark)  # ... and what they free is taken
    console.ok("pressure release")
    assert console.ok("pressure") == "nothing is held\n"
    used = [int(re.search(r"\nNormal +\d+ +(\d+)", text).group(1)) for text in (before, console.ok("free"))]
    assert abs(used[0] - used[1]) < 256  # kB: caches keep a few pages


def test_at_min_only_the_reserve_is_left(console):
    console.ok("pressure hold min")
    console.fails("pages 0 GFP_NOWAIT|__GFP_NOWARN")
    console.ok("pages 0 GFP_ATOMIC")
    console.ok("pressure release")
    console.ok("release all")


def test_ends_by_itself(console):
    console.ok("pressure hold low 1")
    assert "held" in console.ok("pressure")
    assert eventually(lambda: console.ok("pressure") == "nothing is held\n")
    console.ok("check")


def test_top_names_who_has_it(console):
    console.ok("kmalloc 4K x100")
    text = console.ok("top")
    assert re.search(r"^ +\d+  free\n +\d+  slab caches\n", text, re.M)
    assert re.search(r"^Largest caches:\nkmalloc-4k +4\d\dkB\n", text, re.M)
    console.ok("release all")
    console.ok("pressure hold low")
    assert re.search(r"^ +\d{5,}  held by `pressure`$", console.ok("top"), re.M)
    console.ok("pressure release")


@pytest.mark.parametrize("wrong, words", [("pressure hold", "takes 2 to 3 arguments"),
                                          ("pressure hold middle", "the level is min, low or high"),
                                          ("pressure hold low 0", "SECONDS is a number from 1"),
                                          ("pressure squeeze", "hold, release or show"),
                                          ("pressure release", "nothing is held"),
                                          ("top 3", "takes 0 arguments")])
def test_wrongly_used(console, wrong, words):
    assert words in console.fails(wrong)


def test_top_knows_the_callers_of_objects_if_they_are_tracked(boot):
    for append, known in (("track=on", True), ("", False)):
        mink = boot(mem="64M", append=append)
        mink.ok("kmalloc 2048 x500")
        callers = mink.ok("top").partition("Largest callers:\n")[2]
        assert bool(re.search(r"^mink::shell::allocate +\d{4,}kB$", callers, re.M)) is known
        mink.ok("release all")
        mink.ok("check")
