# SPDX-License-Identifier: MIT
"""The kernel command line: options that are obeyed, and nonsense that is named."""
import re


def test_nonsense_is_named_and_ignored(boot):
    log = boot(append="mem=junk vmalloc=1 highmem=900M dma=0 kmalloc_max=5000 loglevel=z unknown=1").boot_log
    for line in ("mem=junk is not a number, ignored",
                 "vmalloc=1 is not between 16M and 976M, ignored",
                 "highmem=900M is not between 0M and 120M, ignored",
                 "dma=0 is not between 4M and 128M, ignored",
                 "kmalloc_max=5000 is no power of two, ignored",
                 "loglevel=z is no level from 0 to 8, ignored"):
        assert f"] {line}\n" in log
    assert "unknown" not in log.replace("unknown=1", "", 1)  # as in Linux: it may be somebody else's


def test_mem_limits_the_memory(boot):
    log = boot(append="mem=32M").boot_log
    assert re.search(r"\] Memory: \d+K/32768K available", log)


def test_quiet_is_quiet_and_dmesg_is_not(boot):
    mink = boot(append="quiet")
    heard = mink.boot_log.splitlines()
    assert heard[-1].endswith("quiet")  # the line that says so is the last one
    all_lines = mink.ok("dmesg").splitlines()
    assert all_lines[:len(heard)] == heard
    assert len(all_lines) > len(heard)


def test_kmalloc_max_is_obeyed(boot):
    mink = boot(append="kmalloc_max=128K")
    mink.ok("kmalloc 128K")
    mink.fails("kmalloc 131073")
