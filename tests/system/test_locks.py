# SPDX-License-Identifier: MIT
"""docs/locking.md's figures: its own command is run, and no lock is held for more than twice what the page says."""
import pathlib
import re

from conftest import BOARD
import pytest

from test_run import run

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "locking.md").read_text()


@pytest.mark.skipif(not BOARD.card, reason="no slot for a card")
def test_each_lock_is_held_no_longer_than_the_page_says(tmp_path):
    card = tmp_path / "card.img"
    card.touch()
    with open(card, "r+b") as file:
        file.truncate(16 << 20)
    commands = re.search(r'^    qemu/run --icount --sd card.img --append highmem=32M --exec "(.*)"$', PAGE, re.M)[1]
    status, out, _ = run("--icount", "--sd", str(card), "--append", "highmem=32M", "--exec", commands + "; locks off; locks; locks fast")
    assert status == 2  # the last command alone
    pattern = r"^ +(\d+) (.{12}) +(\d+) +(\d+)  \S+$"
    rows = re.findall(pattern, out, re.M)
    half = len(rows) // 2
    assert rows[half:] == rows[:half]  # `locks off` ends the measurement
    measured = {name.strip(): int(longest) for _, name, released, longest in rows if int(released) > 0}
    said = {name: int(longest.replace(" ", ""))
            for name, longest in re.findall(r"^\| \d+ \| ([^|]+) \| [^|]+ \| ([\d ]+) \|", PAGE, re.M)}
    assert len(said) == 3
    for name, longest in said.items():
        assert 0 < measured[name] <= 2 * longest, name
