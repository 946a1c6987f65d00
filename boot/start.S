/* SPDX-License-Identifier: MIT */
/* From the raw image's first instruction to C++ in the linear map.
 *
 * Nothing is trusted: the boot loader may have left the MMU on with tables of its own (in the format of before ARMv6, too),
 * caches on or full of old lines, interrupts on, bss dirty, r0-r2 garbage; the image may lie at any word of RAM.
 *
 *   1 SVC mode, everything masked           4 move the image to RAM + 0x8000
 *   2 run at physical addresses             5 clear bss, build the first tables (early.cpp)
 *   3 MMU and caches off, caches clean      6 MMU, caches, branch prediction on; jump to 0xC000xxxx
 *
 * Until step 6 the code runs where it was not linked: it reaches data through PC or through physical addresses made from
 * the link's own. Registers throughout: r9-r11 = r0-r2 as entered, r8 = virtual minus physical.
 */
#include <arch_arm/stack_layout.h>
#include <arch_cpu/entry.h>

/* SCTLR (ARM DDI 0301H, 3.2.7; the same on ARMv7, DDI 0406C, B4.1.130, where U and XP are always one). Off: what must be one
 * (6:3, 16, 18), V13, U22, XP23. XP is set while the MMU is off alone.
 * Cleared: A1 alignment faults, M0, C2, Z11, I12, S8, R9, RR14, L4 15, FI21, VE24, EE25, TRE28, TE30, AFE29. */
#define SCTLR_OFF 0x00C52078
#define SCTLR_ON (SCTLR_OFF | 1 << 12 | 1 << 11 | 1 << 2 | 1 << 0)

  .syntax unified
  .arm
  .section .boot.entry, "ax", %progbits
  .global _start
  .type _start, %function
_start:
  .fnstart
  .cantunwind
  b     .Lbegin
  .rept 8
  nop
  .endr
  /* What a zImage has here: U-Boots and others look for it before they start a file without a header of theirs. */
  .word 0x016f2818                   /* magic number */
  .word 0                            /* it runs anywhere; ... */
  .word __image_size                 /* ... its end */

.Lbegin:
  /* 1: SVC mode; IRQ, FIQ and asynchronous aborts masked; little endian. */
  cpsid aif, #0x13
  setend le
  mov   r9, r0
  mov   r10, r1
  mov   r11, r2

  /* 2: with the MMU on, we may run through a map that is not 1:1 (U-Boot: `go 0xC0008000`). Ask the MMU where we really
   * are (VA to PA translation, 3.2.22) and go on there: a boot loader's tables map RAM 1:1 as well, or it could not have
   * switched the MMU on. */
  mrc   p15, 0, r3, c1, c0, 0
  tst   r3, #1
  beq   .Lphysical
  adr   r4, _start
  mcr   p15, 0, r4, c7, c8, 0        /* privileged read, current world */
  isb_
  mrc   p15, 0, r5, c7, c4, 0
  tst   r5, #1                       /* no translation: odd, since we run; take it as 1:1 */
  bne   .Lphysical
  lsr   r5, r5, #12
  subs  r5, r5, r4, lsr #12          /* pages from the virtual to the physical address */
  adrne r6, .Lphysical
  addne r6, r6, r5, lsl #12
  bxne  r6

.Lphysical:
  /* 3: a data cache that is on is the truth: clean it to memory. One that is off is not looked into, so memory is the
   * truth, and what it holds is from earlier: drop that unwritten. No store happens until the cache is off. */
  mrc   p15, 0, r3, c1, c0, 0
  tst   r3, #1 << 2
  beq   1f
  clean_dcache
1:
  dsb_
  mrc   p15, 0, r3, c1, c0, 0
  bic   r3, r3, #1 << 12
  bic   r3, r3, #1 << 11
  bic   r3, r3, #1 << 2 | 1 << 0
  mcr   p15, 0, r3, c1, c0, 0
  isb_
  ldr   r3, =SCTLR_OFF               /* XP, U, V: only now, with the MMU off */
  mcr   p15, 0, r3, c1, c0, 0
  isb_
  drop_dcache
  drop_icache
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 6        /* branch targets */
  mcr   p15, 0, r0, c8, c7, 0        /* TLBs */
  dsb_
  isb_

  /* 4: from where it lies (r4) to where it belongs (r5), r6 bytes. The two may overlap, and the copy may overwrite the
   * code that does it: so that runs elsewhere, just below the image, or behind it if the image moves up. */
  ldr   r8, =__page_offset
  ldr   r0, =__phys_offset
  sub   r8, r8, r0
  adr   r4, _start
  ldr   r5, =__kernel_start
  ldr   r6, =__data_end
  ldr   r7, =__kernel_end
  sub   r6, r6, r5
  sub   r7, r7, r8
  sub   r5, r5, r8
  cmp   r4, r5
  beq   .Lin_place
  subhi r7, r5, #.Lmover_end - .Lmover
  adr   r0, .Lmover
  mov   r1, r7
  adr   r2, .Lmover_end
1:
  ldr   r3, [r0], #4
  str   r3, [r1], #4
  cmp   r0, r2
  blo   1b
  ldr   r3, =.Lin_place              /* where the moved code goes on */
  sub   r3, r3, r8
  dsb_
  isb_
  bx    r7

.Lmover:                             /* position independent; sizes are multiples of 16 */
  cmp   r4, r5
  blo   3f
  add   r6, r4, r6
2:
  ldmia r4!, {r0-r2, r7}
  stmia r5!, {r0-r2, r7}
  cmp   r4, r6
  blo   2b
  b     5f
3:
  add   r4, r4, r6                   /* upward: last words first */
  add   r5, r5, r6
4:
  ldmdb r4!, {r0-r2, r7}
  stmdb r5!, {r0-r2, r7}
  subs  r6, r6, #16
  bhi   4b
5:
  dsb_
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 6
  isb_
  bx    r3
.Lmover_end:

.Lin_place:
  /* 5: bss (page-aligned at both ends), then C++ on the main stack's physical address. */
  ldr   r4, =__bss_start
  ldr   r5, =__bss_end
  sub   r4, r4, r8
  sub   r5, r5, r8
  mov   r0, #0
  mov   r1, #0
  mov   r2, #0
  mov   r3, #0
6:
  cmp   r4, r5
  stmialo r4!, {r0-r3}
  blo   6b

  ldr   sp, =mink_stacks + MINK_MAIN_TOP
  sub   sp, sp, r8
  ldr   r0, =__phys_offset
  ldr   r1, =__kernel_end
  sub   r1, r1, r8
  ldr   r2, =mink_boot_l2
  sub   r2, r2, r8
  ldr   r3, =__vectors_start
  sub   r3, r3, r8
  bl    mink_build_boot_tables       /* -> r0: physical address of the L1 table */
  mov   r4, r0

  /* 6: one table behind both TTBRs (TTBCR.N = 1): its lower half holds the 1:1 map, its upper half the kernel's. Walks go to
   * memory past the caches, as the data cache is not looked into by the ARM1176's walker anyway. */
  dsb_
  mov   r0, #0
  mcr   p15, 0, r0, c13, c0, 0       /* FCSE off */
  mcr   p15, 0, r0, c13, c0, 1       /* ASID 0 */
  mov   r1, #1
  mcr   p15, 0, r1, c2, c0, 2        /* TTBCR.N = 1 */
  mcr   p15, 0, r4, c2, c0, 0
  mcr   p15, 0, r4, c2, c0, 1
  mcr   p15, 0, r1, c3, c0, 0        /* DACR: domain 0 client, the others fault */
  mcr   p15, 0, r0, c8, c7, 0
  mcr   p15, 0, r0, c7, c5, 6
  dsb_
  isb_
  ldr   r3, =SCTLR_ON
  ldr   r5, =.Lhigh
  mcr   p15, 0, r3, c1, c0, 0
  isb_
  bx    r5
  .ltorg
  .fnend
  .size _start, . - _start

/* Linked where it runs from here on. Each mode's stack, then C++. */
  .section .text.mink_high, "ax", %progbits
  .type mink_high, %function
mink_high:
  .fnstart
  .cantunwind
.Lhigh:
  ldr   r4, =mink_stacks
  cpsid aif, #0x17
  add   sp, r4, #MINK_ABORT_TOP
  cpsid aif, #0x1b
  add   sp, r4, #MINK_UNDEF_TOP
  cpsid aif, #0x11
  add   sp, r4, #MINK_FIQ_TOP
  cpsid aif, #0x12
  mov   sp, #0                       /* never used: IRQ entry saves on the interrupted SVC stack */
  cpsid aif, #0x1f
  mov   sp, #0
  cpsid aif, #0x13
  ldr   sp, =mink_stacks + MINK_MAIN_TOP
  mov   lr, #0
  mov   r0, r9
  mov   r1, r10
  mov   r2, r11
  b     mink_boot_high
  .ltorg
  .fnend
  .size mink_high, . - mink_high
