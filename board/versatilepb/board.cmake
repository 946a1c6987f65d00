# SPDX-License-Identifier: MIT
# What the link must know of the board: the first physical address of its RAM.
set(MINK_PHYS_OFFSET 0x00000000)
