# SPDX-License-Identifier: MIT
"""The bench under -icount: figures that repeat, and that are what they are called."""
import re

from test_run import run

ROWS = ["kmalloc(64) + kfree", "kmem_cache_alloc + free, 192 bytes", "order 0: __get_free_page + free_page",
        "order 3: __get_free_pages + free_pages", "vmalloc + vfree, 4 K", "vmalloc + vfree, 64 K", "vmalloc + vfree, 1 M",
        "mempool_alloc + free over kmalloc(256)"]


def test_bench_repeats():
    status, out, _ = run("--icount", "--exec", "bench")
    assert status == 0
    assert "nanoseconds" not in out
    costs = {row: float(re.search(rf"^{re.escape(row)} +(\d+\.\d\d)$", out, re.M)[1]) for row in ROWS}
    assert all(cost > 10 for cost in costs.values())
    assert costs["vmalloc + vfree, 4 K"] < costs["vmalloc + vfree, 64 K"] < costs["vmalloc + vfree, 1 M"]
    boot = int(re.search(r"^boot to prompt +(\d+) instructions$", out, re.M)[1])
    assert 10_000 < boot < 27_000_000
    assert int(re.search(r"^image in memory +(\d+) kB", out, re.M)[1]) > 50
    taken, present = re.search(r"^memory taken by the kernel +(\d+) kB of (\d+) kB$", out, re.M).groups()
    assert int(present) == 131072
    assert 0 < int(taken) < 5000
    assert run("--icount", "--exec", "bench") == (status, out, "")


def test_time_is_called_time():
    status, out, _ = run("--exec", "bench kmalloc")
    assert status == 0
    assert "nanoseconds of this machine" in out
