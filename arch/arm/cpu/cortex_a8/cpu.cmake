# SPDX-License-Identifier: MIT
# Cortex-A8: ARMv7-A.
set(MINK_CPU_FLAGS -mcpu=cortex-a8 -marm -msoft-float)
