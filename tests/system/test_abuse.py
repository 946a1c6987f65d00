# SPDX-License-Identifier: MIT
"""Wrong calls made for real on the running kernel, and caches that watch their objects."""
import re


def test_every_wrong_call_is_refused_by_name(boot):
    mink = boot("64M")
    names = re.findall(r"^  (\S+) +\S", mink.ok("help abuse"), re.M)
    assert len(names) >= 28
    text = mink.ok("abuse all", timeout=120)
    assert re.findall(r"^(\S+) +ok +\d+ reported", text, re.M) == names
    assert f"abuse: {len(names)} of {len(names)} kinds" in text
    assert re.search(r"BUG: kfree\(0x\w+\): double free.*; refused, called from mink::shell::", text)
    mink.ok("check; abuse mempool-other; slabinfo -v")
    assert "help abuse" in mink.fails("abuse nonsense")


def test_caches_watched_from_the_command_line(boot):
    mink = boot("64M", append="slub_debug=FZPU,kmalloc-1*;U,vmap_area")
    sizes = {line.split()[0]: int(line.split()[3]) for line in mink.ok("slabinfo").splitlines() if line.startswith("kmalloc-")}
    assert sizes["kmalloc-64"] == 64 and sizes["kmalloc-128"] > 128 and sizes["kmalloc-192"] > 192
    address = int(re.search(r"-> (0x\w+)", mink.ok("kmalloc 128")).group(1), 16)
    mink.ok(f"slabinfo -v; mw -f {address + 128:#x} 0")
    text = mink.fails("slabinfo -v")
    assert "BUG: cache kmalloc-128: Right Redzone overwritten" in text and "Allocated in mink::shell::" in text
    assert re.search(rf"^Redzone  {address + 128:x}: 00 00 00 00 ", text, re.M)
    mink.ok("release all; check")


def test_what_is_in_use_is_not_written_to(boot):
    mink = boot("64M")
    for command in ("kmalloc 100", "pages 1", "vmalloc 8K"):
        address = re.search(r"-> (0x\w+)", mink.ok(command)).group(1)
        assert re.search("is in (a live object|pages in use|a vmalloc area in use); -f", mink.fails(f"mw {address} 1"))
        mink.ok(f"mw -f {address} 1")
    mink.fails("mw jiffies 0")
    assert "live" not in mink.ok("whatis c0010000")
    mink.ok("release all; check")
