/* SPDX-License-Identifier: MIT */
/* Hints and promises to the compiler. */
#pragma once

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile __typeof__(x)*)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x)*)&(x) = (value))

#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#ifndef __always_inline /* the C library has one too */
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif
#define __aligned(bytes) __attribute__((__aligned__(bytes)))

/* Address spaces are checked by other tools than ours. */
#define __iomem
#define __user
#define __force
