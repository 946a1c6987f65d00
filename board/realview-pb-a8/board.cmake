# SPDX-License-Identifier: MIT
# What the build must know of the board: its CPU (a folder of arch/arm/cpu), the first physical address of its RAM.
set(MINK_CPU cortex_a8)
set(MINK_PHYS_OFFSET 0x70000000)
