/* SPDX-License-Identifier: GPL-2.0-or-later
 * One of the four UARTs: 64-byte FIFOs, and a line that takes its time.
 *
 * A character goes out, and comes in, in the time that the divisor says: so the transmit FIFO really fills, triggers and
 * the receive time-out come when they would, and the levels in UFSTAT mean something. The line's other end talks at
 * the rate of the property "baud" (0: at any rate, and everything at once): with a divisor that is off by more than
 * 4 %, what passes is garbage, as on a cable.
 *
 * Interrupt sources latch in UINTSP and are cleared by a 1 in UINTP (or UINTSP). In level mode a source whose condition
 * still holds comes back at once; in pulse mode it comes when the condition becomes true.
 */

#include "s3c6410.h"

#include "chardev/char-fe.h"
#include "chardev/char-serial.h"
#include "hw/irq.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties-system.h"
#include "hw/qdev-properties.h"
#include "qemu/fifo8.h"
#include "qemu/timer.h"

#define DEPTH 64
#define TIMEOUT_FRAMES 3
#define GARBLE 0x55

OBJECT_DECLARE_SIMPLE_TYPE(Uart, S3C6410_UART)

struct Uart {
  SysBusDevice parent;
  MemoryRegion mmio;
  qemu_irq irq;
  CharBackend chr;
  Clock *pclk, *clk;
  uint32_t baud;

  uint32_t ulcon, ucon, ufcon, umcon, uerstat, ubrdiv, udivslot, uintsp, uintm;
  Fifo8 rx, tx;
  bool rx_condition, tx_condition; /* of the interrupts, as they were last looked at */
  bool shifting;                   /* a character is on its way out */
  uint8_t shifter;
  int64_t shifted_at; /* virtual ns: when it will be out */
  bool line_busy;     /* a character is on its way in */
  bool complained;
  QEMUTimer *tx_next, *rx_next, *rx_timeout;
};

// clang-format off
enum {
  ULCON = 0x00, UCON = 0x04, UFCON = 0x08, UMCON = 0x0C, UTRSTAT = 0x10, UERSTAT = 0x14, UFSTAT = 0x18, UMSTAT = 0x1C,
  UTXH = 0x20, URXH = 0x24, UBRDIV = 0x28, UDIVSLOT = 0x2C, UINTP = 0x30, UINTSP = 0x34, UINTM = 0x38, SIZE = 0x400,
};
enum { UCON_LOOPBACK = 1 << 5, UCON_ERROR_IRQ = 1 << 6, UCON_TIMEOUT = 1 << 7, UCON_RX_LEVEL = 1 << 8, UCON_TX_LEVEL = 1 << 9 };
// clang-format on

enum { INT_RX = 1, INT_ERROR = 2, INT_TX = 4, INT_MODEM = 8, INT_ALL = 15 };
enum { MODE_OFF, MODE_IRQ_OR_POLL };
enum { ERROR_OVERRUN = 1, ERROR_BREAK = 8 };

static bool fifo_on(const Uart* s) { return s->ufcon & 1; }

static unsigned depth(const Uart* s) { return fifo_on(s) ? DEPTH : 1; }

static unsigned rx_mode(const Uart* s) { return extract32(s->ucon, 0, 2); }

static unsigned tx_mode(const Uart* s) { return extract32(s->ucon, 2, 2); }

static Clock* source_clock(const Uart* s) {
  switch (extract32(s->ucon, 10, 2)) {
    case 3:
      return s->clk;
    case 1:
      return NULL; /* the pin EXT_UCLK0: nothing is there */
    default:
      return s->pclk;
  }
}

/* 0: there is no clock. */
static uint64_t rate(const Uart* s) {
  Clock* clock = source_clock(s);
  /* 16 (UBRDIV + 1 + slots / 16) cycles for a bit */
  return clock ? clock_get_hz(clock) / (16 * ((uint64_t)s->ubrdiv + 1) + ctpop16(s->udivslot)) : 0;
}

static bool line_is_right(Uart* s) {
  uint64_t have = rate(s), want = s->baud;
  bool right = !want || (have * 100 >= want * 96 && have * 100 <= want * 104);
  if (!right && !s->complained) {
    s->complained = true;
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_UART ": %u baud, and the other end has %u\n", (unsigned)have,
                  (unsigned)want);
  }
  return right;
}

#define FOR_EVER (INT64_MAX / 8)

/* Virtual ns that a character takes on the line. */
static int64_t frame_ns(const Uart* s) {
  if (!s->baud) {
    return 0;
  }
  unsigned bits =
      1 + 5 + extract32(s->ulcon, 0, 2) + (extract32(s->ulcon, 5, 1) ? 1 : 0) + 1 + extract32(s->ulcon, 2, 1);
  uint64_t hz = rate(s);
  return hz ? bits * NANOSECONDS_PER_SECOND / hz : FOR_EVER;
}

static int64_t in_frames(const Uart* s, unsigned frames) {
  return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + frames * frame_ns(s);
}

static bool rx_is_due(Uart* s) {
  static const uint8_t trigger[] = {1, 8, 16, 32};
  unsigned at = fifo_on(s) ? trigger[extract32(s->ufcon, 4, 2)] : 1;
  return rx_mode(s) == MODE_IRQ_OR_POLL && fifo8_num_used(&s->rx) >= at;
}

static bool tx_is_due(Uart* s) {
  unsigned at = fifo_on(s) ? 16 * extract32(s->ufcon, 6, 2) : 0;
  return tx_mode(s) == MODE_IRQ_OR_POLL && fifo8_num_used(&s->tx) <= at;
}

static void update(Uart* s) {
  bool rx = rx_is_due(s), tx = tx_is_due(s);
  if (rx && ((s->ucon & UCON_RX_LEVEL) || !s->rx_condition)) {
    s->uintsp |= INT_RX;
  }
  if (tx && ((s->ucon & UCON_TX_LEVEL) || !s->tx_condition)) {
    s->uintsp |= INT_TX;
  }
  s->rx_condition = rx;
  s->tx_condition = tx;
  qemu_set_irq(s->irq, (s->uintsp & ~s->uintm) != 0);
}

static void error(Uart* s, unsigned bit) {
  s->uerstat |= bit;
  if (s->ucon & UCON_ERROR_IRQ) {
    s->uintsp |= INT_ERROR;
  }
}

/* A character has come in whole. */
static void received(Uart* s, uint8_t byte) {
  if (fifo8_num_used(&s->rx) >= depth(s)) {
    error(s, ERROR_OVERRUN);
  } else {
    fifo8_push(&s->rx, byte);
  }
  if (fifo_on(s) && (s->ucon & UCON_TIMEOUT)) {
    timer_mod(s->rx_timeout, in_frames(s, TIMEOUT_FRAMES));
  }
  update(s);
}

static void rx_timeout(void* opaque) {
  Uart* s = opaque;
  if (fifo_on(s) && (s->ucon & UCON_TIMEOUT) && rx_mode(s) == MODE_IRQ_OR_POLL && !fifo8_is_empty(&s->rx)) {
    s->uintsp |= INT_RX;
    update(s);
  }
}

static void rx_next(void* opaque) {
  Uart* s = opaque;
  s->line_busy = false;
  qemu_chr_fe_accept_input(&s->chr);
}

static int can_receive(void* opaque) {
  Uart* s = opaque;
  if (rx_mode(s) == MODE_OFF || (s->ucon & UCON_LOOPBACK) || s->line_busy || !rate(s)) {
    return 0;
  }
  unsigned room = depth(s) - MIN(fifo8_num_used(&s->rx), depth(s));
  return s->baud ? MIN(room, 1) : room;
}

static void receive(void* opaque, const uint8_t* bytes, int size) {
  Uart* s = opaque;
  if (s->baud) {
    s->line_busy = true;
    timer_mod(s->rx_next, in_frames(s, 1));
  }
  for (int i = 0; i < size; i++) {
    received(s, line_is_right(s) ? bytes[i] : bytes[i] ^ GARBLE);
  }
}

static void event(void* opaque, QEMUChrEvent event) {
  Uart* s = opaque;
  if (event == CHR_EVENT_BREAK && rx_mode(s) != MODE_OFF) {
    error(s, ERROR_BREAK);
    received(s, 0);
  }
}

static void sent(Uart* s) {
  if (!(s->ucon & UCON_LOOPBACK)) {
    uint8_t byte = line_is_right(s) ? s->shifter : s->shifter ^ GARBLE;
    qemu_chr_fe_write_all(&s->chr, &byte, 1);
  } else if (rx_mode(s) != MODE_OFF) {
    received(s, s->shifter);
  }
}

/* Sends what is due by now: each character when its time has come, one right behind the other, however late the host is. */
static void transmit(void* opaque) {
  Uart* s = opaque;
  while (true) {
    if (s->shifting && qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) >= s->shifted_at) {
      s->shifting = false;
      sent(s);
    }
    if (s->shifting || fifo8_is_empty(&s->tx)) {
      break;
    }
    s->shifter = fifo8_pop(&s->tx);
    s->shifting = true;
    s->shifted_at += frame_ns(s);
    timer_mod(s->tx_next, s->shifted_at);
  }
  update(s);
}

/* With another rate the character on its way out begins anew. */
static void rate_changed(Uart* s) {
  s->complained = false;
  if (s->shifting) {
    s->shifted_at = in_frames(s, 1);
    timer_mod(s->tx_next, s->shifted_at);
  }
}

static void clock_changed(void* opaque, ClockEvent event) { rate_changed(opaque); }

static void write_utxh(Uart* s, uint8_t byte) {
  if (tx_mode(s) != MODE_IRQ_OR_POLL) {
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_UART ": UTXH written, and the transmitter is off\n");
    return;
  }
  if (fifo8_num_used(&s->tx) >= depth(s)) {
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_UART ": UTXH written, no room: 0x%02x is lost\n", byte);
    return;
  }
  fifo8_push(&s->tx, byte);
  update(s); /* before it goes on to the shifter: so a pulse comes with each time that the FIFO drains */
  if (!s->shifting) {
    s->shifted_at = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    transmit(s);
  }
}

static uint8_t read_urxh(Uart* s) {
  if (fifo8_is_empty(&s->rx)) {
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_UART ": URXH read, and nothing was received\n");
    return 0;
  }
  uint8_t byte = fifo8_pop(&s->rx);
  update(s);
  if (!s->line_busy) {
    qemu_chr_fe_accept_input(&s->chr);
  }
  return byte;
}

/* Counts are six bits: a full FIFO reads as 0 with its full bit set. */
static uint32_t ufstat(Uart* s) {
  if (!fifo_on(s)) {
    return 0;
  }
  uint32_t rx = fifo8_num_used(&s->rx), tx = fifo8_num_used(&s->tx);
  return (rx % DEPTH) | (rx == DEPTH) << 6 | (tx % DEPTH) << 8 | (tx == DEPTH) << 14;
}

static uint32_t utrstat(Uart* s) {
  uint32_t ready = !fifo8_is_empty(&s->rx), empty = fifo8_is_empty(&s->tx);
  return ready | empty << 1 | (empty && !s->shifting) << 2;
}

static void write_ufcon(Uart* s, uint32_t value) {
  if ((value ^ s->ufcon) & 1) { /* what is in the way of the other depth is lost */
    value |= 6;
  }
  if (value & 2) {
    fifo8_reset(&s->rx);
  }
  if (value & 4) {
    fifo8_reset(&s->tx);
  }
  s->ufcon = value & 0xF1;
  qemu_chr_fe_accept_input(&s->chr);
}

static void write_ucon(Uart* s, uint32_t value) {
  s->ucon = value & 0xFFF;
  rate_changed(s);
  if (rx_mode(s) > MODE_IRQ_OR_POLL || tx_mode(s) > MODE_IRQ_OR_POLL) {
    qemu_log_mask(LOG_UNIMP, TYPE_S3C6410_UART ": UCON 0x%03x asks for DMA\n", s->ucon);
  }
  qemu_chr_fe_accept_input(&s->chr);
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Uart* s = opaque;
  uint32_t errors;
  transmit(s);
  switch (offset) {
    case ULCON:
      return s->ulcon;
    case UCON:
      return s->ucon;
    case UFCON:
      return s->ufcon;
    case UMCON:
      return s->umcon;
    case UTRSTAT:
      return utrstat(s);
    case UERSTAT:
      errors = s->uerstat;
      s->uerstat = 0;
      return errors;
    case UFSTAT:
      return ufstat(s);
    case UMSTAT:
      return 1; /* the other end is always ready */
    case URXH:
      return read_urxh(s);
    case UBRDIV:
      return s->ubrdiv;
    case UDIVSLOT:
      return s->udivslot;
    case UINTP:
      return s->uintsp & ~s->uintm;
    case UINTSP:
      return s->uintsp;
    case UINTM:
      return s->uintm;
    case UTXH:
      return s3c6410_write_only(TYPE_S3C6410_UART, offset);
    default:
      return s3c6410_unknown_read(TYPE_S3C6410_UART, offset);
  }
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Uart* s = opaque;
  transmit(s);
  switch (offset) {
    case ULCON:
      s->ulcon = value & 0x7F;
      rate_changed(s);
      break;
    case UCON:
      write_ucon(s, value);
      break;
    case UFCON:
      write_ufcon(s, value);
      break;
    case UMCON:
      s->umcon = value & 0xF1;
      break;
    case UTXH:
      write_utxh(s, value);
      break;
    case UBRDIV:
      s->ubrdiv = value & 0xFFFF;
      rate_changed(s);
      break;
    case UDIVSLOT:
      s->udivslot = value & 0xFFFF;
      rate_changed(s);
      break;
    case UINTP:
    case UINTSP:
      s->uintsp &= ~value;
      break;
    case UINTM:
      s->uintm = value & INT_ALL;
      break;
    case UTRSTAT:
    case UERSTAT:
    case UFSTAT:
    case UMSTAT:
    case URXH:
      s3c6410_read_only(TYPE_S3C6410_UART, offset, value);
      break;
    default:
      s3c6410_unknown_write(TYPE_S3C6410_UART, offset, value);
  }
  update(s);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 4},
    .impl = {.min_access_size = 4, .max_access_size = 4},
};

static void reset(DeviceState* dev) {
  Uart* s = S3C6410_UART(dev);
  s->ulcon = s->ucon = s->ufcon = s->umcon = s->uerstat = s->ubrdiv = s->udivslot = s->uintsp = 0;
  s->uintm = 0; /* the sources do not say */
  s->shifting = s->line_busy = s->rx_condition = s->tx_condition = s->complained = false;
  fifo8_reset(&s->rx);
  fifo8_reset(&s->tx);
  timer_del(s->tx_next);
  timer_del(s->rx_next);
  timer_del(s->rx_timeout);
  update(s);
}

static void realize(DeviceState* dev, Error** errp) {
  Uart* s = S3C6410_UART(dev);
  qemu_chr_fe_set_handlers(&s->chr, can_receive, receive, event, NULL, s, NULL, true);
}

static void init(Object* obj) {
  Uart* s = S3C6410_UART(obj);
  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_UART, SIZE);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->irq);
  s->pclk = qdev_init_clock_in(DEVICE(obj), "pclk", clock_changed, s, ClockUpdate);
  s->clk = qdev_init_clock_in(DEVICE(obj), "clk", clock_changed, s, ClockUpdate);
  fifo8_create(&s->rx, DEPTH);
  fifo8_create(&s->tx, DEPTH);
  s->tx_next = timer_new_ns(QEMU_CLOCK_VIRTUAL, transmit, s);
  s->rx_next = timer_new_ns(QEMU_CLOCK_VIRTUAL, rx_next, s);
  s->rx_timeout = timer_new_ns(QEMU_CLOCK_VIRTUAL, rx_timeout, s);
}

static Property properties[] = {
    DEFINE_PROP_CHR("chardev", Uart, chr),
    DEFINE_PROP_UINT32("baud", Uart, baud, 115200),
    DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass* klass, void* data) {
  DEVICE_CLASS(klass)->reset = reset;
  DEVICE_CLASS(klass)->realize = realize;
  device_class_set_props(DEVICE_CLASS(klass), properties);
}

S3C6410_DEVICE(TYPE_S3C6410_UART, Uart)
