/* SPDX-License-Identifier: MIT */
/* The kernel's names for sizes. On the host the C library's headers reach this file too, hence the
 * double-underscore names and the plain C. */
#pragma once
#include <base/gfp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;

typedef __PTRDIFF_TYPE__ ssize_t;
typedef __UINTPTR_TYPE__ phys_addr_t; /* %pa prints one, by reference */
typedef phys_addr_t resource_size_t;
typedef phys_addr_t dma_addr_t;

struct list_head {
  struct list_head *next, *prev;
};
