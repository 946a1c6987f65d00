/* SPDX-License-Identifier: MIT */
/* The ARM1176's part of boot/start.S (ARM DDI 0301H, 3.2.22): barriers, and all of each cache at once. Assembler macros that
 * use no stack; the barriers may destroy r0, the others r0-r8 and r12. */
#pragma once
/* clang-format off */

.macro isb_
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 4
.endm

.macro dsb_
  mov   r0, #0
  mcr   p15, 0, r0, c7, c10, 4
.endm

/* Writes the data cache back to memory and empties it. */
.macro clean_dcache
  mov   r0, #0
  mcr   p15, 0, r0, c7, c14, 0
.endm

/* Empties it, whatever was in it. */
.macro drop_dcache
  mov   r0, #0
  mcr   p15, 0, r0, c7, c6, 0
.endm

/* Erratum 411920: four times, interrupts masked, then eleven NOPs. */
.macro drop_icache
  mov   r0, #0
  .rept 4
  mcr   p15, 0, r0, c7, c5, 0
  .endr
  .rept 11
  nop
  .endr
.endm
