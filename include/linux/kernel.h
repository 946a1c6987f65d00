/* SPDX-License-Identifier: MIT */
/* What a driver expects to come with <linux/kernel.h>: sizes, rounding, container_of, printk, numbers from
 * text. */
#pragma once
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h> /* declares snprintf and its like; they are lib/target's */

#define BIT(n) (1UL << (n))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* `a`: a power of two. */
#define ALIGN(x, a) (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((uintptr_t)(p), (a)))

#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define roundup(x, y) (DIV_ROUND_UP((x), (y)) * (y))
#define rounddown(x, y) ((x) - (x) % (y))

#ifndef container_of
#define container_of(ptr, type, member) ((type*)((uintptr_t)(ptr)-offsetof(type, member)))
#endif

/* In C++ the names belong to std. */
#define min_t(type, x, y) ((type)(x) < (type)(y) ? (type)(x) : (type)(y))
#define max_t(type, x, y) ((type)(x) > (type)(y) ? (type)(x) : (type)(y))
#ifndef __cplusplus
#define min(x, y)                          \
  ({                                       \
    __typeof__(x) __min_x = (x);           \
    __typeof__(y) __min_y = (y);           \
    __min_x < __min_y ? __min_x : __min_y; \
  })
#define max(x, y)                          \
  ({                                       \
    __typeof__(x) __max_x = (x);           \
    __typeof__(y) __max_y = (y);           \
    __max_x > __max_y ? __max_x : __max_y; \
  })
#define clamp(value, low, high) min(max(value, low), high)
#define swap(a, b)              \
  do {                          \
    __typeof__(a) __swap = (a); \
    (a) = (b);                  \
    (b) = __swap;               \
  } while (0)
#endif

#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n)&0xffffffff))

#ifdef __cplusplus
extern "C" {
#endif

/* Reports, once for each `caller`, a call from a context that must not sleep: an interrupt, a softirq, under a spinlock,
 * with interrupts off. Any context. */
void __might_sleep(const char* file, int line, const void* caller);
#define might_sleep() __might_sleep(__FILE__, __LINE__, __builtin_return_address(0))
#define might_sleep_if(condition) \
  do {                            \
    if (condition) might_sleep(); \
  } while (0)

/* snprintf that returns the bytes really written. */
int scnprintf(char* buffer, size_t size, const char* format, ...) __printf(3, 4);
int vscnprintf(char* buffer, size_t size, const char* format, va_list args) __printf(3, 0);

/* The whole of `text`, but for one line feed at its end, as a number. base 0: 0x and 0 prefixes decide.
 * 0, -EINVAL (no number), or -ERANGE; *result changes on success only. Any context. */
int kstrtoul(const char* text, unsigned int base, unsigned long* result) __must_check;
int kstrtol(const char* text, unsigned int base, long* result) __must_check;
int kstrtouint(const char* text, unsigned int base, unsigned int* result) __must_check;
int kstrtoint(const char* text, unsigned int base, int* result) __must_check;

#ifdef __cplusplus
}
#endif
