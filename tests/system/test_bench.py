# SPDX-License-Identifier: MIT
"""The bench under -icount: figures that repeat, and that are what they are called."""
import re

from test_run import run

ROW = re.compile(r"^(\S+) +(.{42}) +(\d+\.\d\d) +(\S+) +(\S+) +(\S+) (?: +(\d+) +(\d+) +(\d+)| +-) (?: +(\d+) +(\d+) +(\d+)| +-)$", re.M)
SOME = "kmalloc kmalloc64 cache-256x churn-alloc churn-worst-alloc page order3 vmalloc4k vmalloc64k vmalloc1m mempool-reserve"


def costs(out):
    """{name: figure} of what bench printed."""
    return {match[1]: float(match[3]) for match in ROW.finditer(out)}


def test_bench_repeats():
    status, out, _ = run("--icount", "--exec", "bench " + SOME)
    assert status == 0
    assert "nanoseconds" not in out
    cost = costs(out)
    assert sorted(cost) == sorted(SOME.split())
    assert all(value > 10 for value in cost.values())
    assert cost["vmalloc4k"] < cost["vmalloc64k"] < cost["vmalloc1m"]
    assert cost["churn-alloc"] < cost["churn-worst-alloc"]
    assert run("--icount", "--exec", "bench " + SOME) == (status, out, "")


def test_sizes():
    status, out, _ = run("--icount", "--exec", "bench")
    assert status == 0
    boot = int(re.search(r"^boot to prompt +(\d+) instructions$", out, re.M)[1])
    assert 10_000 < boot < 23_700_000
    assert int(re.search(r"^image in memory +(\d+) kB", out, re.M)[1]) > 50
    taken, present = re.search(r"^memory taken by the kernel +(\d+) kB of (\d+) kB$", out, re.M).groups()
    assert int(present) == 131072
    assert 0 < int(taken) < 5000


def test_a_loop_and_a_call_agree():
    """The mean of a loop, and single calls: two ways to measure, one cost. Nothing of the loop is in it."""
    _, out, _ = run("--icount", "--exec", "bench page kmalloc64")
    for match in ROW.finditer(out):
        pair, take, give = float(match[3]), int(match[8]), int(match[11])
        assert abs(pair - take - give) <= 2 * 42, match[0]  # the clock's step, for each of the two


def test_memory_is_given_back():
    status, out, _ = run("--icount", "--exec", "leak mark; bench live 1000 areas 100 kmalloc64; bench; leak diff; check")
    assert status == 0
    assert "beside 1000 live objects of 64 bytes, 100 live areas of a page" in out
    assert "nothing differs" in out and "WRONG" not in out


def test_time_is_called_time():
    status, out, _ = run("--exec", "bench kmalloc")
    assert status == 0
    assert "nanoseconds of this machine" in out
