# SPDX-License-Identifier: MIT
"""tools/doccheck.py: what documents may name, and what they may not."""
import pytest

from doccheck import check

TREE = {
    "docs/other.md": "# Other\n",
    "mm/page/zone.cpp": "page* Zone::take(unsigned order) { return free_area(order); }\n",
    "kernel/include/kernel/main.hpp": "int image_main();\n",
    "board/raspi1/board.cmake": "",
    "tests/unit/mm/test_zone.cpp": "TEST(ZoneTake, Splits) {}\n",
    "tests/system/test_boot.py": "def test_comes_to_its_prompt():\n",
}


def complaints(text):
    return check({**TREE, "docs/page.md": text})


@pytest.mark.parametrize("text", [
    "[other](other.md)", "[up](../mm/page/zone.cpp)", "[there](https://example.org/no.md)", "[part](other.md#other)",
    "`mm/page/zone.cpp`", "`mm/page/`", "`mm/page/zone`", "`mm/page/*.cpp`", "`kernel/main.hpp`", "`board/NAME/board.cmake`", "`board/<name>`",
    "`cat mm/page/zone.cpp;`", "`build/host/unit_tests`", "`/proc/meminfo`",
    "`ZoneTake.Splits`", "`test_boot.py`", "`test_zone.cpp`", "`test_comes_to_its_prompt`",
    "`Zone::take`", "`image_main()`", "`free_area`", "`unheard`", "free_blocks",
    "```\n`mm/gone.cpp` `Zone::gone` [x](gone.md)\n```",
])
def test_allowed(text):
    assert complaints(text) == []


@pytest.mark.parametrize("text", [
    "[other](gone.md)", "[up](../zone.cpp)", "[part](gone.md#other)",
    "`mm/page/gone.cpp`", "`mm/gone/`", "`kernel/gone.hpp`", "`board/NAME/gone.cmake`", "`cat mm/gone.cpp;`",
    "`ZoneTake.Merges`", "`test_gone.py`", "`test_gone.cpp`", "`test_goes_to_its_prompt`",
    "`Zone::gone`", "`Zone::image_main`", "`gone()`", "`free_blocks`",
])
def test_refused(text):
    assert len(complaints(text)) == 1
