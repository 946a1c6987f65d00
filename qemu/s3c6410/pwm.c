/* SPDX-License-Identifier: GPL-2.0-or-later
 * The five PWM timers: 32-bit down counters at PCLK / prescaler / divider, of which 0 to 3 have a pin (not modelled).
 *
 * Loaded with N a counter takes N ticks to 0, where it interrupts, and one more to the reload: a period is N + 1.
 * All is reckoned in whole ticks from the moment when the timer's rate was last set, so that nothing drifts.
 */

#include "s3c6410.h"

#include "hw/irq.h"
#include "hw/qdev-clock.h"
#include "qemu/timer.h"

#define TIMERS 5

OBJECT_DECLARE_SIMPLE_TYPE(Pwm, S3C6410_PWM)

typedef struct {
  Pwm* owner;
  unsigned number;
  qemu_irq irq;
  QEMUTimer* at_zero;

  uint32_t reload;  /* TCNTB */
  uint32_t compare; /* TCMPB */
  uint32_t count;   /* of a timer that stands still */
  uint32_t loaded;  /* what the running period began with */
  bool running;
  int64_t origin; /* virtual ns: tick 0 */
  uint64_t begin; /* the tick in which the running period began */
} Timer;

struct Pwm {
  SysBusDevice parent;
  MemoryRegion mmio;
  Clock* pclk;
  uint32_t tcfg0, tcfg1, tcon, tint_cstat;
  Timer timer[TIMERS];
};

enum {
  TCFG0 = 0x00,
  TCFG1 = 0x04,
  TCON = 0x08,
  TCNTB0 = 0x0C,
  TCMPB0 = 0x10,
  TCNTO0 = 0x14,
  TCNTB4 = 0x3C,
  TCNTO4 = 0x40,
  TINT_CSTAT = 0x44,
  SIZE = 0x48,
  STRIDE = 0x0C,
};

enum { START = 1, UPDATE = 2, INVERT = 4, AUTO_RELOAD = 8 };

/* The timer's four bits of TCON; timer 4 has no output, so no bit for inverting it. */
static unsigned control(const Timer* t) {
  uint32_t tcon = t->owner->tcon;
  switch (t->number) {
    case 0:
      return extract32(tcon, 0, 4);
    case 4:
      return extract32(tcon, 20, 2) | extract32(tcon, 22, 1) << 3;
    default:
      return extract32(tcon, 4 + 4 * t->number, 4);
  }
}

/* PCLK cycles of a tick; 0: the timer has an external clock, which is not there. */
static uint32_t cycles_per_tick(const Timer* t) {
  uint32_t mux = extract32(t->owner->tcfg1, 4 * t->number, 4);
  if (mux > 4) {
    return 0;
  }
  return (extract32(t->owner->tcfg0, t->number < 2 ? 0 : 8, 8) + 1) << mux;
}

static bool has_clock(const Timer* t) { return cycles_per_tick(t) && clock_is_enabled(t->owner->pclk); }

static uint64_t ticks_now(const Timer* t) {
  uint64_t ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - t->origin;
  return clock_ns_to_ticks(t->owner->pclk, ns) / cycles_per_tick(t);
}

/* Virtual time in which the count becomes 0: never before the tick is really there. */
static int64_t time_of_zero(const Timer* t) {
  uint64_t cycles = (t->begin + t->loaded) * cycles_per_tick(t);
  int64_t at = t->origin + clock_ticks_to_ns(t->owner->pclk, cycles);
  while (clock_ns_to_ticks(t->owner->pclk, at - t->origin) < cycles) {
    at++;
  }
  return at;
}

static uint32_t count_of(const Timer* t) {
  if (!t->running || !has_clock(t)) {
    return t->count;
  }
  uint64_t now = ticks_now(t);
  return now < t->begin ? 0 : t->loaded - MIN(now - t->begin, t->loaded);
}

static void update_line(const Timer* t) {
  qemu_set_irq(t->irq, extract32(t->owner->tint_cstat, t->number, 1) &&
                           extract32(t->owner->tint_cstat, 5 + t->number, 1));
}

static void arm(Timer* t) {
  if (t->running && has_clock(t)) {
    timer_mod(t->at_zero, time_of_zero(t));
  } else {
    timer_del(t->at_zero);
  }
}

/* From here the timer counts down from `count`, at the rate of now. */
static void begin_at(Timer* t, uint32_t count) {
  bool reloads = count == 0 && (control(t) & AUTO_RELOAD);
  t->origin = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
  t->begin = reloads;
  t->loaded = reloads ? t->reload : count;
  t->count = count;
  arm(t);
}

static void at_zero(void* opaque) {
  Timer* t = opaque;
  t->owner->tint_cstat |= 1u << (5 + t->number);
  if (control(t) & AUTO_RELOAD) {
    uint64_t now = ticks_now(t), period = (uint64_t)t->reload + 1;
    t->begin += (uint64_t)t->loaded + 1;
    t->loaded = t->reload;
    if (now >= t->begin + t->loaded) { /* periods that the host slept through are one interrupt */
      t->begin += ((now - t->begin - t->loaded) / period + 1) * period;
    }
    arm(t);
  } else {
    t->count = 0;
    t->running = false;
  }
  update_line(t);
}

/* A counter may have come to 0, and the host not to its timers: the guest shall not see that. */
static void catch_up(Pwm* s) {
  int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
  for (int i = 0; i < TIMERS; i++) {
    QEMUTimer* timer = s->timer[i].at_zero;
    if (timer_pending(timer) && timer_expired(timer, now)) { /* a deleted timer counts as expired */
      timer_del(timer);
      at_zero(&s->timer[i]);
    }
  }
}

/* hold, then a change of what the rate depends on, then resume. */
static void hold(Pwm* s) {
  catch_up(s);
  for (int i = 0; i < TIMERS; i++) {
    s->timer[i].count = count_of(&s->timer[i]);
  }
}

static void resume(Pwm* s) {
  for (int i = 0; i < TIMERS; i++) {
    begin_at(&s->timer[i], s->timer[i].count);
  }
}

static void write_tcon(Pwm* s, uint32_t value) {
  uint32_t old = s->tcon;
  for (int i = 0; i < TIMERS; i++) {
    Timer* t = &s->timer[i];
    uint32_t count = count_of(t);
    s->tcon = old;
    bool was_on = control(t) & START;
    s->tcon = value;
    bool on = control(t) & START, update = control(t) & UPDATE;

    if (on && update) {
      qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_PWM ": timer %d runs with its manual update bit set\n", i);
    }
    if (on != was_on) {
      t->running = on;
    }
    if (on != was_on || update) {
      begin_at(t, update ? t->reload : count);
    }
  }
  s->tcon = value & 0x7FFF1F;
}

static void write_rate(Pwm* s, uint32_t* reg, uint32_t value) {
  hold(s);
  *reg = value & 0xFFFFFF;
  resume(s);
  for (int i = 0; i < TIMERS; i++) {
    if (!cycles_per_tick(&s->timer[i])) {
      qemu_log_mask(LOG_UNIMP, TYPE_S3C6410_PWM ": timer %d is to count an external clock\n", i);
    }
  }
}

static void write_tint_cstat(Pwm* s, uint32_t value) {
  s->tint_cstat = (value & 0x1F) | (s->tint_cstat & 0x3E0 & ~value);
  for (int i = 0; i < TIMERS; i++) {
    update_line(&s->timer[i]);
  }
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Pwm* s = opaque;
  catch_up(s);
  switch (offset) {
    case TCFG0:
      return s->tcfg0;
    case TCFG1:
      return s->tcfg1;
    case TCON:
      return s->tcon;
    case TINT_CSTAT:
      return s->tint_cstat;
    case TCNTB4:
      return s->timer[4].reload;
    case TCNTO4:
      return count_of(&s->timer[4]);
    case TCNTB0 ... TCNTB4 - 1: {
      Timer* t = &s->timer[(offset - TCNTB0) / STRIDE];
      switch ((offset - TCNTB0) % STRIDE) {
        case TCNTB0 - TCNTB0:
          return t->reload;
        case TCMPB0 - TCNTB0:
          return t->compare;
        case TCNTO0 - TCNTB0:
          return count_of(t);
      }
    }
  }
  return s3c6410_unknown_read(TYPE_S3C6410_PWM, offset);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Pwm* s = opaque;
  catch_up(s);
  switch (offset) {
    case TCFG0:
      write_rate(s, &s->tcfg0, value);
      return;
    case TCFG1:
      write_rate(s, &s->tcfg1, value);
      return;
    case TCON:
      write_tcon(s, value);
      return;
    case TINT_CSTAT:
      write_tint_cstat(s, value);
      return;
    case TCNTB4:
      s->timer[4].reload = value;
      return;
    case TCNTO4:
      s3c6410_read_only(TYPE_S3C6410_PWM, offset, value);
      return;
    case TCNTB0 ... TCNTB4 - 1: {
      Timer* t = &s->timer[(offset - TCNTB0) / STRIDE];
      switch ((offset - TCNTB0) % STRIDE) {
        case TCNTB0 - TCNTB0:
          t->reload = value;
          return;
        case TCMPB0 - TCNTB0:
          t->compare = value;
          return;
        case TCNTO0 - TCNTB0:
          s3c6410_read_only(TYPE_S3C6410_PWM, offset, value);
          return;
      }
    }
  }
  s3c6410_unknown_write(TYPE_S3C6410_PWM, offset, value);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void pclk_changed(void* opaque, ClockEvent event) {
  (event == ClockPreUpdate ? hold : resume)(opaque);
}

static void reset(DeviceState* dev) {
  Pwm* s = S3C6410_PWM(dev);
  s->tcfg0 = 0x101;
  s->tcfg1 = s->tcon = s->tint_cstat = 0;
  for (int i = 0; i < TIMERS; i++) {
    Timer* t = &s->timer[i];
    t->reload = t->compare = 0;
    t->running = false;
    begin_at(t, 0);
    update_line(t);
  }
}

static void init(Object* obj) {
  Pwm* s = S3C6410_PWM(obj);
  SysBusDevice* bus = SYS_BUS_DEVICE(obj);

  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_PWM, SIZE);
  sysbus_init_mmio(bus, &s->mmio);
  s->pclk = qdev_init_clock_in(DEVICE(obj), "pclk", pclk_changed, s, ClockPreUpdate | ClockUpdate);
  for (int i = 0; i < TIMERS; i++) {
    s->timer[i].owner = s;
    s->timer[i].number = i;
    s->timer[i].at_zero = timer_new_ns(QEMU_CLOCK_VIRTUAL, at_zero, &s->timer[i]);
    sysbus_init_irq(bus, &s->timer[i].irq);
  }
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_S3C6410_PWM, Pwm)
