/* SPDX-License-Identifier: MIT */
/* Interrupts of this CPU off and on. Linux's names; the work is done by kernel/irq through the arch contract.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

unsigned long mink_local_irq_save(void);
void mink_local_irq_restore(unsigned long flags);
void mink_local_irq_disable(void);
void mink_local_irq_enable(void);
int mink_irqs_disabled(void);

#ifdef __cplusplus
}
#endif

/* Any context; `flags` is an unsigned long of the caller's, as it was before. Each is a compiler barrier. */
#define local_irq_save(flags) ((flags) = mink_local_irq_save())
#define local_irq_restore(flags) mink_local_irq_restore(flags)
#define local_irq_disable() mink_local_irq_disable()
#define local_irq_enable() mink_local_irq_enable()

static inline int irqs_disabled(void) { return mink_irqs_disabled(); }
