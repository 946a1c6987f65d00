/* SPDX-License-Identifier: MIT */
/* Unwind tables name the personality routine that reads them (EHABI 7.3), which would pull in libgcc's unwinder and with it
 * malloc. Ours reads the tables by itself (pure/unwind.cpp), so these are never called: they only satisfy the link. */
  .syntax unified
  .arm
  .section .text.unwind_personality, "ax", %progbits
  .global __aeabi_unwind_cpp_pr0, __aeabi_unwind_cpp_pr1, __aeabi_unwind_cpp_pr2
__aeabi_unwind_cpp_pr0:
__aeabi_unwind_cpp_pr1:
__aeabi_unwind_cpp_pr2:
  udf #0
