# SPDX-License-Identifier: MIT
"""tools/depcheck.py: edges that the house has, and edges that it has not."""
import pytest

from depcheck import ALLOWED, FOLDERS, check


def complaints(path, include, *others):
    return check({path: f"// x\n#include {include}\n", **dict.fromkeys(others, "")})


@pytest.mark.parametrize("path, include", [
    ("mm/page/zone.cpp", "<linux/gfp.h>"),
    ("mm/page/zone.cpp", "<arch/irq.hpp>"),
    ("kernel/irq/irq.cpp", "<mm/page.hpp>"),
    ("kernel/sync/include/sync/x.hpp", "<lib/list.hpp>"),
    ("drivers/pl011.cpp", "<mm/ioremap.hpp>"),
    ("board/versatilepb/board.cpp", "<drivers/pl011.hpp>"),
    ("board/versatilepb/board.cpp", "<arch_arm/mmu.hpp>"),
    ("boot/early.cpp", "<board/memory_map.hpp>"),
    ("arch/include/arch/irq.hpp", "<arch_impl/irq.hpp>"),
    ("include/linux/slab.h", "<arch/freelist.h>"),
    ("lib/tree.hpp", "<boost/intrusive/set.hpp>"),
    ("lib/x.cpp", "<cstdint>"),
    ("tests/unit/mm/test_x.cpp", "<arch_arm/mmu.hpp>"),
])
def test_allowed(path, include):
    assert complaints(path, include) == []


@pytest.mark.parametrize("path, include", [
    ("include/base/addr.hpp", "<lib/list.hpp>"),
    ("include/linux/slab.h", "<mm/slab.hpp>"),
    ("lib/list.cpp", "<linux/gfp.h>"),
    ("kernel/sync/spinlock.cpp", "<kernel/irq.hpp>"),
    ("mm/page/zone.cpp", "<kernel/irq.hpp>"),
    ("mm/page/zone.cpp", "<arch_arm/mmu.hpp>"),
    ("mm/page/zone.cpp", "<arch_impl/irq.hpp>"),
    ("kernel/irq/irq.cpp", "<drivers/pl190.hpp>"),
    ("kernel/irq/irq.cpp", "<arch_arm/cp15.hpp>"),
    ("kernel/irq/irq.cpp", "<board/memory_map.hpp>"),
    ("drivers/pl011.cpp", "<mm/page.hpp>"),
    ("drivers/pl011.cpp", "<board/memory_map.hpp>"),
    ("shell/parser.cpp", "<drivers/pl011.hpp>"),
    ("boot/early.cpp", "<mm/page.hpp>"),
    ("lib/x.cpp", "<cstdio>"),
    ("lib/x.cpp", "<vector>"),
    ("drivers/x.cpp", "<boost/intrusive/list.hpp>"),
    ("somewhere/x.cpp", "<cstdint>"),
])
def test_refused(path, include):
    assert len(complaints(path, include)) == 1


def test_private_headers_are_of_the_same_folder():
    assert complaints("mm/page/zone.cpp", '"page/free_area.hpp"', "mm/page/free_area.hpp") == []
    assert complaints("mm/page/zone.cpp", '"free_area.hpp"', "mm/page/free_area.hpp") == []
    assert complaints("kernel/irq/irq.cpp", '"page/free_area.hpp"', "mm/page/free_area.hpp") != []
    assert complaints("kernel/irq/irq.cpp", '"../mm/page/free_area.hpp"', "mm/page/free_area.hpp") != []


def test_a_complaint_names_the_place():
    assert complaints("lib/x.cpp", "<mm/page.hpp>") == ["lib/x.cpp:2: lib/ may not include <mm/page.hpp>"]


def test_every_folder_has_a_row():
    assert set(FOLDERS.values()) == set(ALLOWED)
