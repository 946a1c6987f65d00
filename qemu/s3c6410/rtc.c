/* SPDX-License-Identifier: GPL-2.0-or-later
 * The real-time clock: BCD registers that run with QEMU's -rtc clock and through resets, an alarm, and a tick of a 32-bit
 * count of 32768 Hz. Nothing is read or set without RTCEN.
 */

#include "s3c6410.h"

#include "hw/irq.h"
#include "qemu/bcd.h"
#include "qemu/cutils.h"
#include "qemu/timer.h"
#include "sysemu/rtc.h"
#include "sysemu/sysemu.h"

#define TICK_HZ 32768

OBJECT_DECLARE_SIMPLE_TYPE(Rtc, S3C6410_RTC)

/* The order of the BCD registers, of the alarm's registers (which have no weekday), and of RTCALM's bits. */
enum { SEC, MIN, HOUR, DATE, MON, YEAR, FIELDS };

struct Rtc {
  SysBusDevice parent;
  MemoryRegion mmio;
  qemu_irq tick_irq, alarm_irq;
  QEMUTimer *tick, *second;
  uint32_t rtccon, ticnt, intp, rtcalm;
  uint8_t alarm[FIELDS];
  struct tm time;  /* as it was ... */
  int64_t time_at; /* ... in this second of rtc_clock, ns */
};

enum {
  INTP = 0x30,
  RTCCON = 0x40,
  TICNT = 0x44,
  RTCALM = 0x50,
  ALMSEC = 0x54,
  ALMYEAR = 0x68,
  BCDSEC = 0x70,
  BCDMIN = 0x74,
  BCDHOUR = 0x78,
  BCDDATE = 0x7C,
  BCDDAY = 0x80,
  BCDMON = 0x84,
  BCDYEAR = 0x88,
};
enum {
  RTCEN = 1 << 0,
  CLOCK_DIVISION = 0xF << 4,
  TICEN = 1 << 8,
  ALARM_ON = 1 << 6,
  INT_TICK = 1,
  INT_ALARM = 2
};

static void update(Rtc* s) {
  qemu_set_irq(s->tick_irq, (s->intp & INT_TICK) != 0);
  qemu_set_irq(s->alarm_irq, (s->intp & INT_ALARM) != 0);
}

/* Brings `time` up to now. Within its second it stays as it was set, field by field, be it a 30th of February. */
static void advance(Rtc* s) {
  int64_t seconds = (qemu_clock_get_ns(rtc_clock) - s->time_at) / NANOSECONDS_PER_SECOND;
  if (seconds > 0) {
    time_t now = mktimegm(&s->time) + seconds;
    gmtime_r(&now, &s->time);
    s->time_at += seconds * NANOSECONDS_PER_SECOND;
  }
}

/* The member of struct tm behind a BCD register, and what the register counts more. */
static int* member(Rtc* s, hwaddr offset, int* more) {
  *more = offset == BCDDAY || offset == BCDMON ? 1 : offset == BCDYEAR ? -100 : 0;
  switch (offset) {
    case BCDSEC:
      return &s->time.tm_sec;
    case BCDMIN:
      return &s->time.tm_min;
    case BCDHOUR:
      return &s->time.tm_hour;
    case BCDDATE:
      return &s->time.tm_mday;
    case BCDDAY:
      return &s->time.tm_wday;
    case BCDMON:
      return &s->time.tm_mon;
    case BCDYEAR:
      return &s->time.tm_year;
    default:
      return NULL;
  }
}

static uint8_t read_bcd(Rtc* s, hwaddr offset) {
  int more, *value = member(s, offset, &more);
  advance(s);
  return to_bcd((*value + more) % 100);
}

static void write_bcd(Rtc* s, hwaddr offset, uint8_t bcd) {
  int more, *value = member(s, offset, &more);
  advance(s);
  *value = from_bcd(bcd) - more;
  if (offset == BCDSEC) {
    s->time_at = qemu_clock_get_ns(rtc_clock);
  }
}

static void arm_tick(Rtc* s) {
  if (s->rtccon & TICEN) {
    int64_t period = muldiv64((uint64_t)s->ticnt + 1, NANOSECONDS_PER_SECOND, TICK_HZ);
    timer_mod(s->tick, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + period);
  } else {
    timer_del(s->tick);
  }
}

static void tick(void* opaque) {
  Rtc* s = opaque;
  s->intp |= INT_TICK;
  update(s);
  arm_tick(s);
}

static void arm_alarm(Rtc* s) {
  if (s->rtcalm & ALARM_ON) {
    advance(s);
    timer_mod(s->second, s->time_at + NANOSECONDS_PER_SECOND);
  } else {
    timer_del(s->second);
  }
}

/* A new second: does it match in all that the alarm compares? */
static void second(void* opaque) {
  static const hwaddr field[FIELDS] = {BCDSEC, BCDMIN, BCDHOUR, BCDDATE, BCDMON, BCDYEAR};
  Rtc* s = opaque;
  bool match = extract32(s->rtcalm, 0, FIELDS) != 0;
  for (int i = 0; i < FIELDS; i++) {
    match = match && (!extract32(s->rtcalm, i, 1) || s->alarm[i] == read_bcd(s, field[i]));
  }
  if (match) {
    s->intp |= INT_ALARM;
    update(s);
  }
  arm_alarm(s);
}

static bool is_open(const Rtc* s, hwaddr offset) {
  if (!(s->rtccon & RTCEN)) {
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_RTC ": access to 0x%03x without RTCEN\n", (unsigned)offset);
  }
  return s->rtccon & RTCEN;
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Rtc* s = opaque;
  switch (offset) {
    case INTP:
      return s->intp;
    case RTCCON:
      return s->rtccon;
    case TICNT:
      return s->ticnt;
    case RTCALM:
      return s->rtcalm;
    case ALMSEC ... ALMYEAR:
      if (offset % 4 == 0) {
        return s->alarm[(offset - ALMSEC) / 4];
      }
      break;
    case BCDSEC ... BCDYEAR:
      if (offset % 4 == 0) {
        return is_open(s, offset) ? read_bcd(s, offset) : 0;
      }
      break;
  }
  return s3c6410_unknown_read(TYPE_S3C6410_RTC, offset);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Rtc* s = opaque;
  switch (offset) {
    case INTP:
      s->intp &= ~value;
      update(s);
      return;
    case RTCCON:
      if (value & CLOCK_DIVISION) {
        qemu_log_mask(LOG_UNIMP, TYPE_S3C6410_RTC ": RTCCON 0x%03x asks for another tick clock\n",
                      (unsigned)value);
      }
      s->rtccon = value & 0x1FF;
      arm_tick(s);
      return;
    case TICNT:
      s->ticnt = value;
      arm_tick(s);
      return;
    case RTCALM:
      s->rtcalm = value & 0x7F;
      arm_alarm(s);
      return;
    case ALMSEC ... ALMYEAR:
      if (offset % 4 == 0) {
        s->alarm[(offset - ALMSEC) / 4] = value;
        return;
      }
      break;
    case BCDSEC ... BCDYEAR:
      if (offset % 4 == 0) {
        if (is_open(s, offset)) {
          write_bcd(s, offset, value);
        }
        return;
      }
      break;
  }
  s3c6410_unknown_write(TYPE_S3C6410_RTC, offset, value);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 4},
    .impl = {.min_access_size = 4, .max_access_size = 4},
};

static void reset(DeviceState* dev) {
  Rtc* s = S3C6410_RTC(dev);
  s->rtccon = s->ticnt = s->intp = s->rtcalm = 0;
  memset(s->alarm, 0, sizeof s->alarm);
  arm_tick(s);
  arm_alarm(s);
  update(s);
}

static void init(Object* obj) {
  Rtc* s = S3C6410_RTC(obj);
  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_RTC, 0x1000);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->tick_irq);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->alarm_irq);
  s->tick = timer_new_ns(QEMU_CLOCK_VIRTUAL, tick, s);
  s->second = timer_new_ns(rtc_clock, second, s);
  qemu_get_timedate(&s->time, 0);
  s->time_at = qemu_clock_get_ns(rtc_clock);
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_S3C6410_RTC, Rtc)
