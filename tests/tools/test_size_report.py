# SPDX-License-Identifier: MIT
"""tools/size_report.py: whose bytes they are."""
from size_report import sizes

MAP = """
Linker script and memory map

.text           0xc0008000      0x100
 .text.take     0xc0008000       0x40 mm/CMakeFiles/mink_mm.dir/page/block.cpp.obj
 *fill*         0xc0008040        0x2 
 .text.a_name_that_needs_a_line_of_its_own
                0xc0008042        0x6 mm/CMakeFiles/mink_mm.dir/page/check.cpp.obj
 .text.memcpy   0xc0008048       0x10 arch/CMakeFiles/mink_arch_impl.dir/arm/memcpy.S.obj
 .text.__stub   0xc0008058       0x18 linker stubs
 .text          0xc0008070        0x8 /usr/lib/libgcc.a(_clzsi2.o)

.bss            0xc0009000        0x4
 .bss.state     0xc0009000        0x4 mm/CMakeFiles/mink_mm.dir/page/block.cpp.obj
"""


def test_whose_bytes():
    found = sizes(MAP)
    assert {name: row["text"] for name, row in found.items()} == {
        "mm": 0x46, "(padding)": 2, "arch/arm": 0x10, "veneers": 0x18, "libgcc": 8}
    assert found["mm"]["bss"] == 4
