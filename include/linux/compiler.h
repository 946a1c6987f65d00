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

/* The C library may have these too, and means the same. */
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef __aligned
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#endif
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif

/* Address spaces are checked by other tools than ours. */
#define __iomem
#define __user
#define __force
