/* SPDX-License-Identifier: MIT */
/* What an interrupt handler answers. Linux 6.1's names and values. */
#pragma once

enum irqreturn {
  IRQ_NONE = 0,        /* not from this device, or not handled */
  IRQ_HANDLED = 1,     /* it was this device */
  IRQ_WAKE_THREAD = 2, /* for threaded handlers; there are none: counts as handled */
};
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)
