# SPDX-License-Identifier: MIT
# ARM1176JZF-S: ARMv6.
# An erratum of it can take BLX with an immediate for something else: the linker goes between ARM and Thumb by veneers of BX
# (--fix-arm1176, which is ld's default for ARMv6).
set(MINK_CPU_FLAGS -mcpu=arm1176jzf-s -marm -msoft-float)
