/* SPDX-License-Identifier: MIT */
/* The vectors (a page of their own, mapped at 0xFFFF0000) and what they enter: a fault saves every register on the stack of
 * its own mode, an interrupt only what the AAPCS lets a function destroy, on the stack of the thread that it interrupts.
 * ARM DDI 0301H, 2.12. Frames: arch_arm/exception.hpp. The unwind directives let a backtrace pass through each frame.
 *
 * CLREX on every return: an exception between LDREX and STREX must make the STREX fail, and the ARMv6 monitor does not
 * notice by itself (DDI 0100I, A2.9).
 */
#include <arch_arm/stack_layout.h>

#define MODE_FIQ 0x11
#define MODE_SVC 0x13
#define MODE_ABT 0x17
#define MODE_UND 0x1b

#define FRAME_SP 56
#define FRAME_LR 60
#define FRAME_CPSR 68
#define FRAME_SIZE 72

  .syntax unified
  .arm
  .section .vectors, "ax", %progbits
  .balign 4096
  .global __vectors_start
  .type __vectors_start, %function
__vectors_start:
  udf   #0                            /* reset: never by hardware with V=1 set; a stray jump becomes an undefined instruction */
  ldr   pc, .Lundefined
  ldr   pc, .Lsvc
  ldr   pc, .Lprefetch_abort
  ldr   pc, .Ldata_abort
  udf   #0                            /* unused since ARMv4 */
  ldr   pc, .Lirq
  ldr   pc, .Lfiq
.Lundefined:      .word mink_vector_undefined
.Lsvc:            .word mink_vector_svc
.Lprefetch_abort: .word mink_vector_prefetch_abort
.Ldata_abort:     .word mink_vector_data_abort
.Lirq:            .word mink_vector_irq
.Lfiq:            .word mink_vector_fiq
  .size __vectors_start, . - __vectors_start
  .balign 4096

/* Faults. \stack: bytes of the mode's own stack, 0 where that is the interrupted thread's (SVC). The overflow check moves
 * SP only: no register is free yet, and the flags are safe in SPSR. */
.macro fault_entry name, kind, mode, adjust, stack
  .type mink_vector_\name, %function
mink_vector_\name:
  .fnstart
  .cantunwind
  .if \adjust
  sub   lr, lr, #\adjust              /* the instruction that faulted (2.12.2, table 2-13) */
  .endif
  .if \stack
  sub   sp, sp, #FRAME_SIZE
  tst   sp, #\stack
  add   sp, sp, #FRAME_SIZE
  beq   mink_vector_overflow
  .endif
  srsdb sp!, #\mode
  sub   sp, sp, #8
  stmdb sp!, {r0-r12}
  mov   r0, #\kind
  str   r0, [sp, #-4]!
  b     exception_common
  .fnend
  .size mink_vector_\name, . - mink_vector_\name
.endm

  .section .text.exception_entry, "ax", %progbits
  .balign 32
  fault_entry undefined, 0, MODE_UND, 4, MINK_UNDEF_STACK
  fault_entry svc, 1, MODE_SVC, 0, 0
  fault_entry prefetch_abort, 2, MODE_ABT, 4, MINK_ABORT_STACK
  fault_entry data_abort, 3, MODE_ABT, 8, MINK_ABORT_STACK
  fault_entry fiq, 4, MODE_FIQ, 4, MINK_FIQ_STACK

  .type exception_common, %function
exception_common:
  .fnstart
  /* vsp = r4; skip kind; pop {r0-r3}; pop {r4-r15}, SP among them */
  .unwind_raw 0, 0x94, 0x00, 0xb1, 0x0f, 0x8f, 0xff
  /* SP and LR of the mode that was interrupted. */
  mrs   r0, spsr
  mrs   r1, cpsr
  and   r2, r0, #0x1f
  and   r3, r1, #0x1f
  cmp   r2, r3
  addeq r4, sp, #FRAME_SIZE           /* this very mode: its LR is lost to the exception's own */
  moveq r5, #0
  beq   1f
  cmp   r2, #0x10
  moveq r2, #0x1f                     /* User's registers are System's */
  bic   r3, r1, #0x1f
  orr   r3, r3, r2
  msr   cpsr_c, r3
  mov   r4, sp
  mov   r5, lr
  msr   cpsr_c, r1
1:
  str   r4, [sp, #FRAME_SP]
  str   r5, [sp, #FRAME_LR]
  mov   r4, sp
  mov   r0, sp
  bic   sp, sp, #7
  bl    mink_exception
  mov   sp, r4
  /* The handler may have changed the frame: SP and LR go back too. */
  ldr   r0, [sp, #FRAME_CPSR]
  mrs   r1, cpsr
  and   r2, r0, #0x1f
  and   r3, r1, #0x1f
  cmp   r2, r3
  beq   2f
  cmp   r2, #0x10
  moveq r2, #0x1f
  bic   r3, r1, #0x1f
  orr   r3, r3, r2
  ldr   r4, [sp, #FRAME_SP]
  ldr   r5, [sp, #FRAME_LR]
  msr   cpsr_c, r3
  mov   sp, r4
  mov   lr, r5
  msr   cpsr_c, r1
2:
  clrex
  add   sp, sp, #4
  ldmia sp!, {r0-r12}
  add   sp, sp, #8
  rfeia sp!
  .fnend
  .size exception_common, . - exception_common

/* void mink_abandon_exception(void (*next)(void*), void* context) */
  .global mink_abandon_exception
  .type mink_abandon_exception, %function
mink_abandon_exception:
  .fnstart
  .cantunwind
  ldr   r3, =mink_stacks
  mrs   r2, cpsr
  and   r2, r2, #0x1f
  cmp   r2, #MODE_ABT
  addeq sp, r3, #MINK_ABORT_TOP
  cmp   r2, #MODE_UND
  addeq sp, r3, #MINK_UNDEF_TOP
  cmp   r2, #MODE_FIQ
  addeq sp, r3, #MINK_FIQ_TOP
  cpsid i, #MODE_SVC
  bic   sp, sp, #7
  mov   r12, r0
  mov   r0, r1
  bx    r12
  .ltorg
  .fnend
  .size mink_abandon_exception, . - mink_abandon_exception

/* A fault mode's stack is full: faults within fault reports. What it held no longer matters. */
  .type mink_vector_overflow, %function
mink_vector_overflow:
  .fnstart
  .cantunwind
  ldr   sp, =mink_stacks + MINK_ABORT_TOP
  b     mink_exception_overflow
  .ltorg
  .fnend
  .size mink_vector_overflow, . - mink_vector_overflow

/* Interrupts. IRQ mode is left at once, for SVC: nothing is kept in its banked registers, so a handler may enable
 * interrupts, and a return may become a switch to another thread. The frame is on the interrupted thread's stack:
 *   r0-r5, r12, lr | pc, cpsr */
  .type mink_vector_irq, %function
mink_vector_irq:
  .fnstart
  /* vsp = r4; pop {r0-r3}; pop {r4, r5, r12, lr, pc}; skip cpsr */
  .unwind_raw 0, 0x94, 0xb1, 0x0f, 0x8d, 0x03, 0x00
  sub   lr, lr, #4
  srsdb sp!, #MODE_SVC
  cps   #MODE_SVC
  push  {r0-r5, r12, lr}
  mov   r4, sp
  ldr   r5, =mink_stacks + MINK_IRQ_TOP
  sub   r0, r5, sp                    /* 0..size: nested, already on the interrupt stack */
  cmp   r0, #MINK_IRQ_STACK
  movhi sp, r5
  bic   sp, sp, #7
  ldr   r0, [r4, #32]                 /* pc */
  bl    mink_irq_entry
  mov   sp, r4
  /* On the thread's own stack: it may be switched away from here, and come back here. */
  ldr   r0, =mink_preempt_count
  ldr   r1, =mink_need_resched
  ldr   r0, [r0]
  ldrb  r1, [r1]
  cmp   r0, #0
  cmpeq r1, #1
  bne   1f
  bic   sp, sp, #7
  bl    mink_preempt_irq
  mov   sp, r4
1:
  clrex
  pop   {r0-r5, r12, lr}
  rfeia sp!
  .ltorg
  .fnend
  .size mink_vector_irq, . - mink_vector_irq
