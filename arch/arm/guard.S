/* SPDX-License-Identifier: MIT */
/* The two ways out of run_guarded (guard.cpp): back from the body, or from a fault. */
  .syntax unified
  .arm
  .section .text.guard, "ax", %progbits

/* bool mink_call_guarded(void (*body)(void*), void* context, std::uint32_t* sp): false when the body returns. */
  .global mink_call_guarded
  .type mink_call_guarded, %function
mink_call_guarded:
  .fnstart
  push  {r3-r11, lr}                  /* r3: for the alignment */
  .save {r4-r11, lr}
  .pad  #4
  str   sp, [r2]
  mov   r12, r0
  mov   r0, r1
  blx   r12
  mov   r0, #0
  pop   {r3-r11, pc}

/* A fault handler sends control here, with r0 = SP as stored above: all that the caller keeps in registers is on that stack. */
  .global mink_guard_recover
  .type mink_guard_recover, %function
mink_guard_recover:
  mov   sp, r0
  mov   r0, #1
  pop   {r3-r11, pc}
  .fnend
  .size mink_call_guarded, . - mink_call_guarded

/* void mink_capture(std::uint32_t r[16]): r4-r11 and SP as the caller has them, PC = where it goes on. */
  .global mink_capture
  .type mink_capture, %function
mink_capture:
  .fnstart
  add   r12, r0, #16
  stmia r12, {r4-r11}
  str   sp, [r0, #52]
  str   lr, [r0, #56]
  str   lr, [r0, #60]
  bx    lr
  .fnend
  .size mink_capture, . - mink_capture
