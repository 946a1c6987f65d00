/* SPDX-License-Identifier: GPL-2.0-or-later
 * The watchdog: counts PCLK / (prescaler + 1) / 16, 32, 64 or 128 down from WTCNT. At 0 it reloads from WTDAT, interrupts
 * and resets, as WTCON says. A reset leaves it running: whoever boots must stop or feed it.
 */

#include "s3c6410.h"

#include "hw/irq.h"
#include "hw/ptimer.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"

OBJECT_DECLARE_SIMPLE_TYPE(Wdt, S3C6410_WDT)

struct Wdt {
  SysBusDevice parent;
  MemoryRegion mmio;
  qemu_irq irq;
  Clock* pclk;
  DeviceState* sysc;
  ptimer_state* timer;
  uint32_t wtcon, wtdat;
};

enum { WTCON = 0x0, WTDAT = 0x4, WTCNT = 0x8, WTCLRINT = 0xC };
enum { RESETS = 1 << 0, INTERRUPTS = 1 << 2, RUNS = 1 << 5 };

/* Within a transaction of the timer. */
static void update_timer(Wdt* s) {
  ptimer_stop(s->timer);
  if ((s->wtcon & RUNS) && clock_is_enabled(s->pclk)) {
    ptimer_set_period_from_clock(s->timer, s->pclk,
                                 (extract32(s->wtcon, 8, 8) + 1) * (16 << extract32(s->wtcon, 3, 2)));
    ptimer_run(s->timer, 0);
  }
}

static void at_zero(void* opaque) {
  Wdt* s = opaque;
  if (s->wtcon & INTERRUPTS) {
    qemu_irq_raise(s->irq);
  }
  if (s->wtcon & RESETS) {
    s3c6410_reset(s->sysc, RESET_WATCHDOG);
  }
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Wdt* s = opaque;
  switch (offset) {
    case WTCON:
      return s->wtcon;
    case WTDAT:
      return s->wtdat;
    case WTCNT:
      return ptimer_get_count(s->timer);
    default:
      return s3c6410_unknown_read(TYPE_S3C6410_WDT, offset);
  }
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Wdt* s = opaque;
  ptimer_transaction_begin(s->timer);
  switch (offset) {
    case WTCON:
      s->wtcon = value & 0xFF3D;
      update_timer(s);
      break;
    case WTDAT:
      s->wtdat = value & 0xFFFF;
      ptimer_set_limit(s->timer, s->wtdat, 0);
      break;
    case WTCNT:
      ptimer_set_count(s->timer, value & 0xFFFF);
      break;
    case WTCLRINT:
      qemu_irq_lower(s->irq);
      break;
    default:
      s3c6410_unknown_write(TYPE_S3C6410_WDT, offset, value);
  }
  ptimer_transaction_commit(s->timer);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void pclk_changed(void* opaque, ClockEvent event) {
  Wdt* s = opaque;
  ptimer_transaction_begin(s->timer);
  update_timer(s);
  ptimer_transaction_commit(s->timer);
}

static void reset(DeviceState* dev) {
  Wdt* s = S3C6410_WDT(dev);
  ptimer_transaction_begin(s->timer);
  s->wtcon = 0x8021;
  s->wtdat = 0x8000;
  ptimer_set_limit(s->timer, s->wtdat, 1);
  update_timer(s);
  ptimer_transaction_commit(s->timer);
  qemu_irq_lower(s->irq);
}

static void init(Object* obj) {
  Wdt* s = S3C6410_WDT(obj);
  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_WDT, 0x1000);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->irq);
  s->pclk = qdev_init_clock_in(DEVICE(obj), "pclk", pclk_changed, s, ClockUpdate);
  s->timer =
      ptimer_init(at_zero, s, PTIMER_POLICY_NO_IMMEDIATE_TRIGGER | PTIMER_POLICY_NO_COUNTER_ROUND_DOWN);
}

static Property properties[] = {
    DEFINE_PROP_LINK("sysc", Wdt, sysc, TYPE_S3C6410_SYSC, DeviceState*),
    DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass* klass, void* data) {
  DEVICE_CLASS(klass)->reset = reset;
  device_class_set_props(DEVICE_CLASS(klass), properties);
}

S3C6410_DEVICE(TYPE_S3C6410_WDT, Wdt)
