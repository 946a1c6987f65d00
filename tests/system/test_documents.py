# SPDX-License-Identifier: MIT
"""Every transcript in README.md and docs/ is replayed: a fenced block that begins with ```mink, on a machine of its own.

    ```mink [board=NAME] [mem=64M] [entry=STATE] [counts]   the machine; counts: decimal numbers may differ, and so may columns
    append=highmem=16M track=on           a line of this form at the start: the kernel's command line
    [    0.023192] Memory: ...            lines before the first prompt: these are in the boot log
    mink> cat /proc/buddyinfo             a command, and below it all that it prints;
    ...                                   \u2026 alone stands for any lines

Times may differ, and addresses: but one that comes twice must do so in the replay. tools/transcripts.py writes the blocks anew.
"""
import re
import sys

import pytest
from conftest import BOARD, ROOT, Mink
from mink_qemu.console import Console

sys.path.insert(0, str(ROOT / "tools"))
from transcripts import Block, documents  # noqa: E402  pylint: disable=wrong-import-position

pytestmark = pytest.mark.skipif(BOARD.name != "versatilepb", reason="each document names its machine: once is enough")

BLOCKS = [block for path in documents() for block in Block.all_of(path)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.path.name}:{block.line}")
def test_replay(block):
    mink = Mink(console=Console(block.argv()))
    try:
        said = block.replay(mink)
    finally:
        mink.kill()
    assert (difference := block.difference(said)) is None, f"{block.path.name}:{block.line}: {difference}"


def test_the_documents_have_transcripts():
    assert len(BLOCKS) >= 10
    assert {"README.md", "book.md"} <= {block.path.name for block in BLOCKS}
    prompts = re.compile(r"^mink> ", re.M)
    for path in documents():  # none is left unmarked
        assert len(prompts.findall(path.read_text())) == sum(len(block.commands) for block in Block.all_of(path)), path
