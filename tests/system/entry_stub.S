/* SPDX-License-Identifier: MIT */
/* A bad boot loader for test_entry.py: dirties memory, leaves the CPU in the wanted state, jumps to the image.
 * RAM: where it begins; STUB: where this runs; IMAGE, IMAGE_END: where the image lies; ENTRY: where it is entered; SCTLR: the state.
 * The tables are of the format before ARMv6 (XP = 0), as the S3C6410's U-Boot has them: RAM 1:1, and at 0xC0000000. */
  .syntax unified
  .arm
  .text
  .global _start
_start:
  cpsid aif, #0x13
  ldr   r0, =0xa5a5a5a5               /* all of the first 8 MB that is not the image */
  ldr   r1, =RAM
  ldr   r6, =RAM + 0x800000
1:
  ldr   r2, =IMAGE
  cmp   r1, r2
  ldreq r1, =IMAGE_END
  str   r0, [r1], #4
  cmp   r1, r6
  blo   1b

  ldr   r4, =STUB + 0x10000           /* 1:1 up to 0x9fffffff */
  ldr   r2, =0x00000c1e               /* section, C, B, AP = all may, domain 0 */
  mov   r1, #0
2:
  add   r3, r2, r1, lsl #20
  str   r3, [r4, r1, lsl #2]
  add   r1, r1, #1
  cmp   r1, #0xa00
  blo   2b
  ldr   r1, =0xc00                    /* 0xC0000000 -> RAM, 128 MB */
  ldr   r3, =RAM
  orr   r3, r3, r2
3:
  str   r3, [r4, r1, lsl #2]
  add   r3, r3, #0x100000
  add   r1, r1, #1
  ldr   r5, =0xc80
  cmp   r1, r5
  blo   3b
  mov   r0, #0
  mcr   p15, 0, r0, c8, c7, 0
  mcr   p15, 0, r0, c2, c0, 2
  mcr   p15, 0, r4, c2, c0, 0
  ldr   r0, =0x0000ffff               /* manager of eight domains */
  mcr   p15, 0, r0, c3, c0, 0
  ldr   r0, =SCTLR
  mcr   p15, 0, r0, c1, c0, 0
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 4
  ldr   sp, =0xdeadbeec
  ldr   r0, =0x12345678
  ldr   r1, =0x9abcdef1
  ldr   r2, =0xfffffff3
  msr   cpsr_c, #0x1f                 /* System mode, interrupts unmasked (none is enabled at its device) */
  ldr   pc, =ENTRY
  .ltorg
