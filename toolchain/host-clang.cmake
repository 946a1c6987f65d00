# SPDX-License-Identifier: MIT
# The machine that builds, by clang: libFuzzer is its.
find_program(MINK_HOST_CLANG NAMES clang-14 clang)
find_program(MINK_HOST_CLANGXX NAMES clang++-14 clang++)
set(CMAKE_C_COMPILER ${MINK_HOST_CLANG})
set(CMAKE_CXX_COMPILER ${MINK_HOST_CLANGXX})
set(CMAKE_ASM_COMPILER ${MINK_HOST_CLANG})
set(MINK_TARGET OFF)
