/* SPDX-License-Identifier: MIT */
/* The Cortex-A8's part of boot/start.S: barriers, and all of each cache at once. Assembler macros that use no stack; the
 * barriers may destroy r0, the others r0-r8 and r12. */
#pragma once
/* clang-format off */

.macro isb_
  isb
.endm

.macro dsb_
  dsb
.endm

/* ARMv7 has no operation on a whole data cache (ARM DDI 0406C, B2.2.7): each level up to the point of coherency, by set and
 * way. \crm: 6 invalidates, 14 cleans and invalidates. */
.macro by_set_and_way crm
  mrc   p15, 1, r0, c0, c0, 1        /* CLIDR (B4.1.20) */
  ubfx  r1, r0, #24, #3              /* levels up to the point of coherency */
  mov   r2, #0                       /* level */
.Llevel\@:
  cmp   r2, r1
  bhs   .Ldone\@
  add   r3, r2, r2, lsl #1
  lsr   r3, r0, r3
  and   r3, r3, #7
  cmp   r3, #2                       /* 0 no cache, 1 instructions alone */
  blo   .Lnext\@
  lsl   r12, r2, #1
  mcr   p15, 2, r12, c0, c0, 0       /* CSSELR: this level's ... */
  isb
  mrc   p15, 1, r3, c0, c0, 0        /* CCSIDR (B4.1.19) */
  and   r4, r3, #7
  add   r4, r4, #4                   /* log2 of the bytes of a line: where the set's number goes */
  ubfx  r5, r3, #3, #10              /* last way */
  ubfx  r6, r3, #13, #15             /* last set */
  clz   r7, r5                       /* where the way's number goes */
.Lway\@:
  mov   r3, r6
.Lset\@:
  orr   r8, r12, r3, lsl r4
  orr   r8, r8, r5, lsl r7
  mcr   p15, 0, r8, c7, c\crm, 2
  subs  r3, r3, #1
  bhs   .Lset\@
  subs  r5, r5, #1
  bhs   .Lway\@
.Lnext\@:
  add   r2, r2, #1
  b     .Llevel\@
.Ldone\@:
  dsb
.endm

/* Writes the data caches back to memory and empties them. */
.macro clean_dcache
  by_set_and_way 14
.endm

/* Empties them, whatever was in them. */
.macro drop_dcache
  by_set_and_way 6
.endm

.macro drop_icache
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 0
.endm
