# SPDX-License-Identifier: MIT
"""The whole of contexts and GFP flags in one run, instructions counted; no fault, and interrupts off for a short time."""
import re

import pytest

from test_run import run

LONGEST_OFF = 1000  # instructions


@pytest.mark.parametrize("machine", [[], ["--mem", "64M", "--append", "highmem=16M"]])
def test_every_row_a_storm_and_no_fault(machine):
    status, out, _ = run(*machine, "--icount", "--exec", "gfp test all; irqstorm 2000 2; cat vmstat; check")
    assert status == 0, out[-3000:]
    assert re.search(r"^gfp test: (\d+) of \1 ok; times in instructions$", out, re.M)
    assert "0 deadlines missed" in out
    off = re.search(r"^  interrupts off: longest (\d+) instructions, on again at \S+$", out, re.M)
    assert int(off[1]) < LONGEST_OFF, off[0]
    figures = dict(line.split() for line in re.findall(r"^[a-z_]+ \d+$", out, re.M))
    for event in ("pgalloc_normal", "pgfree", "allocstall_normal", "pgsteal_kswapd", "oom_kill"):
        assert int(figures[event]) > 0, event
    assert "WRONG" not in out
