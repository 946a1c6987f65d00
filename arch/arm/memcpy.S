/* SPDX-License-Identifier: MIT */
/* memcpy, memmove and copy_page by LDM/STM. Short or crooked copies use the unaligned LDR and STR of ARMv6 (SCTLR.U = 1),
 * which Normal memory alone allows: never for device registers, nor with the MMU off.
 * A count that SUBS has made negative still has the right low bits: they say what is left over.
 */
  .syntax unified
  .arm

/* void* memcpy(void* to, const void* from, size_t bytes): r0 stays, r12 walks. Safe for an overlap with to < from, since
 * whatever one step writes it has read before. */
  .section .text.memcpy, "ax", %progbits
  .balign 32
  .global memcpy
  .type memcpy, %function
memcpy:
  .fnstart
.Lforward:
  mov   r12, r0
  cmp   r2, #32
  bhs   .Lbig
1:
  subs  r2, r2, #4
  ldrhs r3, [r1], #4
  strhs r3, [r12], #4
  bhi   1b
  bxeq  lr
.Lrest3:
  tst   r2, #2
  ldrhne r3, [r1], #2
  strhne r3, [r12], #2
  tst   r2, #1
  ldrbne r3, [r1]
  strbne r3, [r12]
  bx    lr

.Lbig:
  push  {r4-r9, lr}
  .save {r4-r9, lr}
  ands  r3, r12, #3
  beq   2f
  rsb   r3, r3, #4                    /* one to three bytes up to a word of the destination */
  sub   r2, r2, r3
  cmp   r3, #2
  ldrb  r4, [r1], #1
  strb  r4, [r12], #1
  ldrbhs r4, [r1], #1
  strbhs r4, [r12], #1
  ldrbhi r4, [r1], #1
  strbhi r4, [r12], #1
2:
  tst   r1, #3
  bne   .Lcrooked
3:
  subs  r2, r2, #64
  ldmiahs r1!, {r3-r9, lr}
  stmiahs r12!, {r3-r9, lr}
  ldmiahs r1!, {r3-r9, lr}
  stmiahs r12!, {r3-r9, lr}
  bhi   3b
  popeq {r4-r9, pc}
  tst   r2, #32
  ldmiane r1!, {r3-r9, lr}
  stmiane r12!, {r3-r9, lr}
  tst   r2, #16
  ldmiane r1!, {r3-r6}
  stmiane r12!, {r3-r6}
.Lrest15:
  tst   r2, #8
  ldrne r3, [r1], #4
  ldrne r4, [r1], #4
  stmiane r12!, {r3, r4}
  tst   r2, #4
  ldrne r3, [r1], #4
  strne r3, [r12], #4
  pop   {r4-r9, lr}
  b     .Lrest3

.Lcrooked:                            /* LDM wants words: single loads that may be unaligned */
  subs  r2, r2, #16
  ldrhs r3, [r1], #4
  ldrhs r4, [r1], #4
  ldrhs r5, [r1], #4
  ldrhs r6, [r1], #4
  stmiahs r12!, {r3-r6}
  bhi   .Lcrooked
  popeq {r4-r9, pc}
  b     .Lrest15
  .fnend
  .size memcpy, . - memcpy

/* void* memmove(void* to, const void* from, size_t bytes): downwards only if the destination begins inside the source. */
  .section .text.memmove, "ax", %progbits
  .balign 32
  .global memmove
  .type memmove, %function
memmove:
  .fnstart
  sub   r3, r0, r1
  cmp   r3, r2
  bhs   memcpy
  add   r12, r0, r2
  add   r1, r1, r2
  cmp   r2, #32
  bhs   .Lbig_down
1:
  subs  r2, r2, #4
  ldrhs r3, [r1, #-4]!
  strhs r3, [r12, #-4]!
  bhi   1b
  bxeq  lr
.Lrest3_down:
  tst   r2, #2
  ldrhne r3, [r1, #-2]!
  strhne r3, [r12, #-2]!
  tst   r2, #1
  ldrbne r3, [r1, #-1]
  strbne r3, [r12, #-1]
  bx    lr

.Lbig_down:
  push  {r4-r9, lr}
  .save {r4-r9, lr}
  ands  r3, r12, #3
  beq   2f
  sub   r2, r2, r3
  cmp   r3, #2
  ldrb  r4, [r1, #-1]!
  strb  r4, [r12, #-1]!
  ldrbhs r4, [r1, #-1]!
  strbhs r4, [r12, #-1]!
  ldrbhi r4, [r1, #-1]!
  strbhi r4, [r12, #-1]!
2:
  tst   r1, #3
  bne   .Lcrooked_down
3:
  subs  r2, r2, #32
  ldmdbhs r1!, {r3-r9, lr}
  stmdbhs r12!, {r3-r9, lr}
  bhi   3b
  popeq {r4-r9, pc}
  tst   r2, #16
  ldmdbne r1!, {r3-r6}
  stmdbne r12!, {r3-r6}
.Lrest15_down:
  tst   r2, #8
  ldrne r4, [r1, #-4]!
  ldrne r3, [r1, #-4]!
  stmdbne r12!, {r3, r4}
  tst   r2, #4
  ldrne r3, [r1, #-4]!
  strne r3, [r12, #-4]!
  pop   {r4-r9, lr}
  b     .Lrest3_down

.Lcrooked_down:
  subs  r2, r2, #16
  ldrhs r6, [r1, #-4]!
  ldrhs r5, [r1, #-4]!
  ldrhs r4, [r1, #-4]!
  ldrhs r3, [r1, #-4]!
  stmdbhs r12!, {r3-r6}
  bhi   .Lcrooked_down
  popeq {r4-r9, pc}
  b     .Lrest15_down
  .fnend
  .size memmove, . - memmove

/* void copy_page(void* to, const void* from): PLD two lines ahead, which QEMU counts and the board earns back. */
  .section .text.copy_page, "ax", %progbits
  .balign 32
  .global copy_page
  .type copy_page, %function
copy_page:
  .fnstart
  push  {r4-r10, lr}
  .save {r4-r10, lr}
  add   r12, r0, #4096
1:
  .rept 8
  pld   [r1, #64]
  ldmia r1!, {r2-r9}
  stmia r0!, {r2-r9}
  .endr
  cmp   r0, r12
  blo   1b
  pop   {r4-r10, pc}
  .fnend
  .size copy_page, . - copy_page
