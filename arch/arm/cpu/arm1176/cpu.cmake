# SPDX-License-Identifier: MIT
# ARM1176JZF-S: ARMv6.
set(MINK_CPU_FLAGS -mcpu=arm1176jzf-s -marm -msoft-float)
