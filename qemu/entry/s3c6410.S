/* SPDX-License-Identifier: MIT */
/* A stand-in for the vendors' U-Boot on the S3C6410, where it is and in the state that it has when it starts a kernel: QEMU's
 * machine enters it with r0-r2 and the ATAGs by the boot protocol, the image lies in RAM.
 * STATE_BOOTM, STATE_GO, STATE_OFF: one of them is defined. ADDRESS: the one typed. IMAGE, IMAGE_END: where the file lies,
 * physical. ATAG_MEM, if defined: bytes of memory that the ATAGs shall name instead. (docs/decisions/boot-entry.md says where these states come from.) */
  .syntax unified
  .arm
  .text
  .global _start
_start:                              /* linked and run at 0x57E00000 */
  cpsid aif, #0x13
  mov   r9, r0
  mov   r10, r1
  mov   r11, r2

  /* What was in memory before: all of the first 8 MB but the image, and the ATAGs if there will be any. */
  ldr   r0, =0xa5a5a5a5
#ifdef STATE_GO
  ldr   r1, =0x50000000
#else
  ldr   r1, =0x50001000
#endif
  ldr   r3, =0x50800000
1:
  ldr   r2, =IMAGE
  cmp   r1, r2
  ldreq r1, =IMAGE_END
  cmp   r1, r3
  strlo r0, [r1], #4
  blo   1b

#ifdef ATAG_MEM
  ldr   r1, =0x50000100 + 16         /* behind ATAG_CORE and the header of ATAG_MEM */
  ldr   r0, =ATAG_MEM
  str   r0, [r1]
#endif

  /* Its delay timer goes on: PWM timer 4, PCLK / 16, reloaded, its interrupt pending. */
  ldr   r1, =0x7f006000
  ldr   r0, =0x00000f00
  str   r0, [r1, #0x00]
  ldr   r0, =20781                   /* PCLK / 3200 */
  str   r0, [r1, #0x3c]
  mov   r0, #6 << 20
  str   r0, [r1, #0x08]
  mov   r0, #5 << 20
  str   r0, [r1, #0x08]
  mov   r0, #1 << 4
  str   r0, [r1, #0x44]

  ldr   r0, =0x70000013              /* peripheral port: 256 MB */
  mcr   p15, 0, r0, c15, c2, 4

  /* Sections of the format before ARMv6 (XP = 0) inside U-Boot: 1:1 up to 0x9fffffff, not cached; DRAM once more at
   * 0xc0000000, cached. */
  ldr   r4, =0x57e18000
  ldr   r2, =0x00000c12              /* section, AP = all may, domain 0 */
  mov   r1, #0
2:
  add   r3, r2, r1, lsl #20
  cmp   r1, #0xa00
  movhs r3, #0
  str   r3, [r4, r1, lsl #2]
  add   r1, r1, #1
  cmp   r1, #0x1000
  blo   2b
  ldr   r3, =0x50000c1e              /* C, B */
  add   r4, r4, #0x3000
  mov   r1, #0x80
3:
  str   r3, [r4], #4
  add   r3, r3, #0x100000
  subs  r1, r1, #1
  bne   3b

  mov   r0, #0
  mcr   p15, 0, r0, c7, c7, 0        /* both caches invalid */
  mcr   p15, 0, r0, c8, c7, 0
  mcr   p15, 0, r0, c2, c0, 2
#ifndef STATE_OFF
  ldr   r4, =0x57e18000
  mcr   p15, 0, r4, c2, c0, 0
  ldr   r0, =0x0000ffff
  mcr   p15, 0, r0, c3, c0, 0
#endif
#if defined(STATE_OFF)
  ldr   r0, =0x00050078
#elif defined(STATE_BOOTM)
  ldr   r0, =0x0005007b              /* MMU on, alignment checks on, XP = 0 */
#else
  ldr   r0, =0x0005107b              /* ... and the instruction cache */
#endif
  mcr   p15, 0, r0, c1, c0, 0
  mov   r0, #0
  mcr   p15, 0, r0, c7, c5, 4
  ldr   sp, =0xc7e3fff0              /* U-Boot's */

#ifdef STATE_BOOTM
  /* A uImage without compression goes where its header says; a file without a header is started where it lies, at the
   * physical address. An image that lies where its header wants it is not moved: it is entered with its header in front. */
  ldr   r4, =ADDRESS
  ldr   r5, [r4]
  ldr   r6, =0x56190527              /* the magic number, big endian */
  cmp   r5, r6
  bicne r8, r4, #0xf0000000
  orrne r8, r8, #0x50000000
  bne   5f
  ldr   r5, [r4, #12]                /* size, load address, entry */
  ldr   r6, [r4, #16]
  ldr   r8, [r4, #20]
  rev   r5, r5
  rev   r6, r6
  rev   r8, r8
  cmp   r4, r6
  beq   5f
  add   r4, r4, #64
  add   r5, r5, #3
  add   r7, r4, r5
4:
  ldr   r0, [r4], #4
  str   r0, [r6], #4
  cmp   r4, r7
  blo   4b
5:
  mov   r0, r9
  mov   r1, r10
  mov   r2, r11
  bx    r8
#elif defined(STATE_OFF)
  mov   r0, r9
  mov   r1, r10
  mov   r2, r11
  ldr   pc, =ADDRESS
#else
  mov   r0, #1                       /* argc, argv, and what was in the register */
  ldr   r1, =0xc7e3ff00
  ldr   r2, =0xfffffff3
  ldr   pc, =ADDRESS
#endif
  .ltorg
