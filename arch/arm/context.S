/* SPDX-License-Identifier: MIT
 * The context switch. What a call may change needs no saving (AAPCS 5.1.1), so a thread that does not run is its
 * callee-saved registers on its own stack, nine words and one of padding to keep sp 8-byte aligned. */
  .syntax unified
  .arm
  .text

/* void mink_context_switch(void** from, void* to); interrupts off */
  .global mink_context_switch
  .type mink_context_switch, %function
  .balign 8
mink_context_switch:
  .fnstart
  push {r3, r4-r11, lr}
  .save {r3, r4-r11, lr}
  str sp, [r0]
  mov sp, r1
  clrex /* ARMv6 ARM, A2.9.4: a context switch clears the local monitor */
  pop {r3, r4-r11, pc}
  .fnend
  .size mink_context_switch, . - mink_context_switch

/* Where a new thread starts: r4 = entry, r5 = argument (context_prepare). No caller: a backtrace ends here. */
  .global mink_thread_start
  .type mink_thread_start, %function
mink_thread_start:
  .fnstart
  .cantunwind
  mov r0, r5
  mov lr, #0
  bx r4
  .fnend
  .size mink_thread_start, . - mink_thread_start
