/* SPDX-License-Identifier: MIT */
/* The log and panic facades: declared here for every floor, defined by kernel/log (target) and tests/fakes (host). C and C++. */
#pragma once
#include <base/kern_levels.h>
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Formats (lib/vsnprintf: Linux's conversions, %pS included) into the log ring and onto the console.
 * Any context. Returns the number of characters. */
int printk(const char* format, ...) __attribute__((format(printf, 1, 2)));
int vprintk(const char* format, va_list args) __attribute__((format(printf, 1, 0)));

/* 0 if the caller has reported too often lately (more than 10 times in 5 seconds, all callers together) and should
 * keep quiet. Any context. */
int printk_ratelimit(void);

/* Interrupts off, polled output, no locks, no allocation, safe to re-enter: report, backtrace, halt. Never returns. */
void panic(const char* format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Prints a backtrace by name of the caller, through printk. Any context. */
void dump_stack(void);

#ifdef __cplusplus
}
#endif
