# SPDX-License-Identifier: MIT
"""irqstorm: everyone makes progress, nothing is lost, and how long interrupts were off is told."""
import re

import pytest

pytestmark = pytest.mark.each_board


def test_a_storm_passes_and_the_counts_add_up(console):
    text = console.ok("irqstorm 500 2")
    fired = int(re.search(r"(\d+) interrupts, \d+ deadlines missed", text).group(1))
    assert fired > 100
    hard = int(re.search(r"hard interrupt GFP_ATOMIC +(\d+) successes", text).group(1))
    tasklet = int(re.search(r"tasklet +GFP_ATOMIC +(\d+) successes", text).group(1))
    assert hard == fired  # with all that memory none fails
    assert 0 < tasklet <= fired
    assert re.search(r"thread +GFP_KERNEL +[1-9]\d* successes", text)
    assert re.search(r"interrupts off: longest \d+ \S.*on again at \w+", text)
    assert "0 faults found" in text
    before, after = re.search(r"free pages before (\d+), after (\d+)\n", text).groups()
    assert before == after
    console.ok("check")


def test_the_line_is_free_again(console):
    console.ok("irqstorm 100 1")
    console.ok("irqstorm 100 1")
    assert "irqstorm" not in console.ok("ps")


@pytest.mark.parametrize("wrong", ["irqstorm", "irqstorm 100", "irqstorm 0 1", "irqstorm 50001 1", "irqstorm 100 0",
                                   "irqstorm 100 1 1", "irqstorm fast 1"])
def test_wrongly_used(console, wrong):
    status, text = console.run(wrong)
    assert status == 2
    assert "usage: irqstorm RATE SECONDS" in text
