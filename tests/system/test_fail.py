# SPDX-License-Identifier: MIT
"""Failures on purpose: the sweep over operations of the kernel's API, and Linux's failslab and fail_page_alloc."""
import re


def test_the_sweep_loses_nothing(boot):
    mink = boot("64M")
    text = mink.ok("fail sweep", timeout=120)
    rows = re.findall(r"^(\S+) +(\d+) points of failure, +(\d+) errors, +(\d+) other ways; (.+)$", text, re.M)
    assert len(rows) >= 17 and all(end == "nothing lost" for *_, end in rows)
    assert all(int(points) >= 1 and int(points) == int(errors) + int(other) for _, points, errors, other, _ in rows)
    errors = {name: int(errors) for name, _, errors, _, _ in rows}
    assert errors["vmap"] >= 5 and errors["kvmalloc"] == 0
    mink.ok("check; fail sweep vmap")
    assert "vmalloc-64K" in mink.fails("fail sweep nonsense")


def test_objects_fail_as_told(boot):
    mink = boot("64M")
    mink.ok("fail failslab probability=100 times=2 ignore-gfp-wait=N size=1024")
    assert "no memory" in mink.fails("kmalloc 1024")
    mink.ok("kmalloc 512")
    assert "no memory" in mink.fails("kmalloc 1000")
    mink.ok("kmalloc 1024")
    assert re.search(r"^failslab +on .*; asked \d+ times, failed 2$", mink.ok("fail"), re.M)
    mink.ok("fail failslab probability=100 times=-1 caller=mink::shell::allocate")
    assert "no memory" in mink.fails("kmalloc 1024 GFP_ATOMIC")
    mink.ok("fail off; kmalloc 1024 GFP_ATOMIC; release all; check")


def test_pages_fail_as_told_from_the_command_line_on(boot):
    mink = boot("64M", append="fail_page_alloc=1,100,0,1 failslab=1,2,3")
    assert "failslab=1,2,3 is not interval,probability,space,times" in mink.ok("dmesg")
    mink.ok("pages 3 GFP_KERNEL; pages 0 GFP_ATOMIC")  # Linux's filters: may sleep; below min-order
    assert "no memory" in mink.fails("pages 3 GFP_ATOMIC")
    mink.ok("pages 3 GFP_ATOMIC; release all; check")


def test_wrong_settings_are_told(boot):
    mink = boot("64M")
    for words, wanted in [("failslab probability=101", "a percentage"), ("failslab times=-2", "-1 for no end"),
                          ("fail_page_alloc order=5-2", "a range"), ("failslab gfp=__GFP_SOON", "a GFP mask"),
                          ("failslab caller=nobody", "a function's name"), ("failslab soon=1", "probability="),
                          ("failslab", "which of its settings"), ("everything", "failslab, fail_page_alloc")]:
        assert wanted in mink.fails(f"fail {words}")
    assert not re.search(r" on ", mink.ok("fail"))
