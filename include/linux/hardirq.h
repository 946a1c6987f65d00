/* SPDX-License-Identifier: MIT */
/* Where Linux keeps in_interrupt() and its like, and synchronize_irq(). */
#pragma once
#include <linux/preempt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns when no handler of `irq` runs: on one CPU, at once, unless an outer context is that handler (a
 * bug). */
void synchronize_irq(unsigned int irq);

#ifdef __cplusplus
}
#endif
