/* SPDX-License-Identifier: MIT */
/* Interrupt handlers by Linux's names and signatures (Documentation/core-api/genericirq; Linux 6.1's flag
 * values). */
#pragma once
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/softirq.h>

/* The trigger is the line's own on mink's boards; these are compared among the users of a shared line. */
#define IRQF_TRIGGER_NONE 0x00000000
#define IRQF_TRIGGER_RISING 0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH 0x00000004
#define IRQF_TRIGGER_LOW 0x00000008
#define IRQF_TRIGGER_MASK 0x0000000f

#define IRQF_SHARED \
  0x00000080 /* others may use the line: each must say so, each with a dev_id of its own \
                                */
#define IRQF_PROBE_SHARED 0x00000100 /* a mismatch is no news to the caller: not reported */
#define __IRQF_TIMER 0x00000200
#define IRQF_PERCPU 0x00000400
#define IRQF_NOBALANCING 0x00000800
#define IRQF_IRQPOLL 0x00001000
#define IRQF_ONESHOT 0x00002000
#define IRQF_NO_SUSPEND 0x00004000
#define IRQF_FORCE_RESUME 0x00008000
#define IRQF_NO_THREAD 0x00010000
#define IRQF_EARLY_RESUME 0x00020000
#define IRQF_COND_SUSPEND 0x00040000
#define IRQF_NO_AUTOEN 0x00080000 /* stays masked until enable_irq() */
#define IRQF_TIMER (__IRQF_TIMER | IRQF_NO_SUSPEND | IRQF_NO_THREAD)

/* As the books have them (2.6): handlers always run with interrupts off, and there is no entropy pool. */
#define IRQF_DISABLED 0x00000020
#define IRQF_SAMPLE_RANDOM 0x00000040
#define SA_INTERRUPT IRQF_DISABLED
#define SA_SHIRQ IRQF_SHARED

#ifdef __cplusplus
extern "C" {
#endif

typedef irqreturn_t (*irq_handler_t)(int irq, void* dev_id);

/* Calls `handler(irq, dev_id)` at each interrupt on `irq`, with interrupts off and in_irq() true, after the
 * handlers that are already there. `name` is kept, not copied. Thread context; takes no memory (the handlers
 * are a fixed pool). 0, or -EINVAL (no such line, no handler, shared without dev_id), -EBUSY (taken, not by
 * sharers alike), -ENOMEM (pool empty). */
int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char* name, void* dev_id);

/* Takes the handler with that dev_id off the line, which is masked after its last. Not in interrupt context.
 * Returns the name it was requested by, or NULL (reported) if there is none. */
const void* free_irq(unsigned int irq, void* dev_id);

/* Masking nests: as many enables as disables. An enable too many is reported and has no effect. Any context;
 * disable_irq() waits for a running handler, which on one CPU there is not. */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
void enable_irq(unsigned int irq);

#ifdef __cplusplus
}
#endif
