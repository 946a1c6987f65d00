/* SPDX-License-Identifier: MIT */
/* memset, clear_words and clear_page by STM: up to 32 bytes in one instruction.
 * clear_words lies within memset, whose unwinding it shares.
 * A count that SUBS has made negative still has the right low bits: they say what is left over.
 */
  .syntax unified
  .arm

/* void* memset(void* to, int value, size_t bytes): r0 stays, r3 walks. */
  .section .text.memset, "ax", %progbits
  .balign 32
  .global memset
  .type memset, %function
memset:
  .fnstart
  mov   r3, r0
  cmp   r2, #8
  blo   .Lbytes
  tst   r0, #3
  lsl   r1, r1, #24                   /* only the low byte counts */
  bne   .Lalign
.Laligned:
  orr   r1, r1, r1, lsr #8
  orr   r1, r1, r1, lsr #16
  mov   r12, r1
  cmp   r2, #64
  bhs   .Lbig
.Lsmall:
  subs  r2, r2, #16
  stmiahs r3!, {r1, r12}
  stmiahs r3!, {r1, r12}
  bhi   .Lsmall
  bxeq  lr
.Lrest15:
  tst   r2, #8
  stmiane r3!, {r1, r12}
  tst   r2, #4
  strne r1, [r3], #4
  tst   r2, #2
  strhne r1, [r3], #2
  tst   r2, #1
  strbne r1, [r3]
  bx    lr

.Lalign:                              /* one to three bytes up to a word */
  lsr   r12, r1, #24
2:
  strb  r12, [r3], #1
  sub   r2, r2, #1
  tst   r3, #3
  bne   2b
  b     .Laligned

.Lbytes:
  subs  r2, r2, #1
  strbhs r1, [r3], #1
  bhi   .Lbytes
  bx    lr

.Lbig:
  push  {r4-r8, lr}
  .save {r4-r8, lr}
  mov   r4, r1
  mov   r5, r1
  mov   r6, r1
  mov   r7, r1
  mov   r8, r1
  mov   lr, r1
3:
  subs  r2, r2, #64
  stmiahs r3!, {r1, r4-r8, r12, lr}
  stmiahs r3!, {r1, r4-r8, r12, lr}
  bhi   3b
  popeq {r4-r8, pc}
  tst   r2, #32
  stmiane r3!, {r1, r4-r8, r12, lr}
  tst   r2, #16
  stmiane r3!, {r1, r4-r6}
  pop   {r4-r8, lr}
  b     .Lrest15

/* void* clear_words(void* to, size_t bytes): to is at a word */
  .global clear_words
  .type clear_words, %function
clear_words:
  mov   r3, r0
  mov   r2, r1
  mov   r1, #0
  mov   r12, #0
  cmp   r2, #64
  bhs   .Lbig
  b     .Lsmall
  .size clear_words, . - clear_words
  .fnend
  .size memset, . - memset

/* void clear_page(void* page) */
  .section .text.clear_page, "ax", %progbits
  .balign 32
  .global clear_page
  .type clear_page, %function
clear_page:
  .fnstart
  push  {r4-r8, lr}
  .save {r4-r8, lr}
  add   r12, r0, #4096
  mov   r1, #0
  mov   r2, #0
  mov   r3, #0
  mov   r4, #0
  mov   r5, #0
  mov   r6, #0
  mov   r7, #0
  mov   r8, #0
1:
  .rept 16
  stmia r0!, {r1-r8}
  .endr
  cmp   r0, r12
  blo   1b
  pop   {r4-r8, pc}
  .fnend
  .size clear_page, . - clear_page
