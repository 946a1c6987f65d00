# SPDX-License-Identifier: MIT
# The machine that builds: unit tests run here. gcc 12, the cross compiler's own version, where there is one.
find_program(MINK_HOST_GCC NAMES gcc-12 gcc)
find_program(MINK_HOST_GXX NAMES g++-12 g++)
set(CMAKE_C_COMPILER ${MINK_HOST_GCC})
set(CMAKE_CXX_COMPILER ${MINK_HOST_GXX})
set(CMAKE_ASM_COMPILER ${MINK_HOST_GCC})
set(MINK_TARGET OFF)
