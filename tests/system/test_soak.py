# SPDX-License-Identifier: MIT
"""All allocators soaked while interrupts allocate: a minute in every run, ten million operations under --long."""
import re

import pytest

MEM = "64M"
RATE = 10_000  # interrupts a second


def soak(mink, seconds, seed):
    """Runs it; the number of the soak's operations. Nothing may be found wrong, lost, or left without progress."""
    text = mink.ok(f"soak {seconds} {seed} {RATE}", timeout=seconds * 3 + 60)
    assert re.search(r"^  faults +0 found$", text, re.M), text
    assert re.search(r"^  0 faults found\n  free pages before (\d+), after \1$", text, re.M), text
    for who in ("hard interrupt", "tasklet", "timer", "thread"):
        assert int(re.search(rf"^  {who} +GFP_\w+ +(\d+) successes", text, re.M)[1]) > 0, text
    return int(re.search(r"^  all +(\d+) operations", text, re.M)[1])


def test_a_minute_under_an_irqstorm(console):
    operations = sum(soak(console, 20, seed) for seed in (1, 2, 3))
    assert operations > 100_000
    console.ok("check")


@pytest.mark.long
def test_ten_million_operations_under_an_irqstorm(console):
    operations, seed = 0, 100
    while operations < 10_000_000:
        operations += soak(console, 60, seed)
        seed += 1
    console.ok("check")
    print(f"{operations} operations, seeds 100 to {seed - 1}")
