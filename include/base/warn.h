/* SPDX-License-Identifier: MIT */
/* What WARN() of <linux/bug.h> prints, and the neutral code's own warnings; defined by lib/. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* "WARNING: CPU: 0 PID: 0 at FILE:LINE CALLER" in Linux's frame, the message if format is not NULL, a
 * backtrace. Any context. */
void mink_warn(const char* file, int line, const char* format, ...)
    __attribute__((cold, format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif
