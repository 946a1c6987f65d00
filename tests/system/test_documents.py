# SPDX-License-Identifier: MIT
"""Every transcript in README.md and docs/ is replayed: a fenced block that begins with ```mink, on a machine of its own.

    ```mink [board=NAME] [mem=64M] [entry=STATE] [counts]   the machine; counts: decimal numbers may differ, and so may columns
    append=highmem=16M track=on           a line of this form at the start: the kernel's command line
    [    0.023192] Memory: ...            lines before the first prompt: these are in the boot log
    mink> cat /proc/buddyinfo             a command, and below it all that it prints;
    ...                                   \u2026 alone stands for any lines

Times may differ, and addresses: but one that comes twice must do so in the replay. tools/transcripts.py writes the blocks anew.
"""
import pathlib
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


def test_tests_that_documents_name_exist():
    """`Group.name` or a path: of a test that is said to hold something."""
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*") if path.suffix in (".cpp", ".py"))
    for path in (ROOT / "docs" / "book.md", ROOT / "docs" / "reliability.md"):
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
        for group, name in re.findall(r"`([A-Z]\w+)\.(\w+)`", text):
            assert f"TEST({group}, {name})" in sources, f"{path.name}: {group}.{name}"
        for name in re.findall(r"`((?:\w+::)?test_\w+)`", text):
            assert f"def {name}(" in sources, f"{path.name}: {name}"
        for name in re.findall(r"`(tests/[\w/.]+)`", text):
            assert (ROOT / name).exists(), f"{path.name}: {name}"
        for name in re.findall(r"`(test_\w+\.py)`", text):
            assert (pathlib.Path(ROOT) / "tests" / "system" / name).exists(), f"{path.name}: {name}"
