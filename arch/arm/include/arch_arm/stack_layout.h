/* SPDX-License-Identifier: MIT */
/* Sizes of the fixed stacks and where in mink_stacks they lie, for C++ and the assembler.
 *
 * A fault mode's stack of N bytes is the upper half of a block of 2 N, aligned to its size: one bit of SP (N itself)
 * tells whether it is still inside, without a register to compare with.
 *
 *   0 | guard 8K | abort 8K | guard 8K | undefined 8K | guard 4K | FIQ 4K | guard 4K | IRQ 8K | guard 4K | main 16K |
 */
#pragma once

#define MINK_ABORT_STACK 8192
#define MINK_UNDEF_STACK 8192
#define MINK_FIQ_STACK 4096
#define MINK_IRQ_STACK 8192
#define MINK_MAIN_STACK 16384

#define MINK_ABORT_TOP (2 * MINK_ABORT_STACK)
#define MINK_UNDEF_TOP (MINK_ABORT_TOP + 2 * MINK_UNDEF_STACK)
#define MINK_FIQ_TOP (MINK_UNDEF_TOP + 2 * MINK_FIQ_STACK)
#define MINK_IRQ_TOP (MINK_FIQ_TOP + 4096 + MINK_IRQ_STACK)
#define MINK_MAIN_TOP (MINK_IRQ_TOP + 4096 + MINK_MAIN_STACK)
