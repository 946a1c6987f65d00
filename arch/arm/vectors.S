/* SPDX-License-Identifier: MIT */
  .syntax unified
  .arm
  .section .vectors, "ax", %progbits
  .balign 4096
  .global __vectors_start
__vectors_start:
  .rept 8
  b .
  .endr
  .balign 4096
