// SPDX-License-Identifier: MIT
// Borders of the kernel image, from linker/. Page aligned, virtual addresses in the linear map.
#pragma once

extern "C" {
extern char __kernel_start[], __kernel_end[];
extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __data_start[], __data_end[];
extern char __bss_start[], __bss_end[];
}
