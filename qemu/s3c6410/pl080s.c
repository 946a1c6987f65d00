// SPDX-License-Identifier: GPL-2.0-or-later
// The S3C6410's DMA controller, PL080S: ARM's PL080 (DDI 0196) with Samsung's changes. The transfer size left
// the control word for one of its own (CONTROL2), the channel's configuration moved behind it, and a linked item
// grew by that word.
//
// Memory to memory only: no peripheral of this machine raises a DMA request, and a channel set up for one waits
// for ever, logged. A transfer takes time on the guest's clock: a driver that does not wait for it reads old bytes.

#include "s3c6410.h"

#include "exec/address-spaces.h"
#include "hw/irq.h"
#include "qemu/bswap.h"
#include "qemu/timer.h"

OBJECT_DECLARE_SIMPLE_TYPE(Pl080s, MINK_PL080S)

enum { CHANNELS = 8, FIFO_BYTES = 64 };

// A 32-bit AHB at 133 MHz moves a word in two cycles, a read and a write: 256 bytes in about a microsecond.
enum { SLICE_BYTES = 256, SLICE_NS = 1000 };

// Offsets of the controller's registers, and of a channel's from 0x100 + 0x20 * channel.
enum {
  INT_STATUS = 0x00,
  TC_STATUS = 0x04,
  TC_CLEAR = 0x08,
  ERR_STATUS = 0x0c,
  ERR_CLEAR = 0x10,
  RAW_TC = 0x14,
  RAW_ERR = 0x18,
  ENABLED_CHANNELS = 0x1c,
  SOFT_BREQ = 0x20,
  SOFT_LSREQ = 0x2c,
  CONFIG = 0x30,
  SYNC = 0x34,
  CHANNEL_0 = 0x100,
  CHANNEL_END = 0x200,
  ID_0 = 0xfe0,
};
enum { CH_SRC = 0x00, CH_DST = 0x04, CH_LLI = 0x08, CH_CONTROL = 0x0c, CH_CONTROL2 = 0x10, CH_CONFIG = 0x14 };

#define CONFIG_ENABLE 0x1u
#define CONFIG_BIG_ENDIAN 0x6u

#define CONTROL_TC_IRQ (1u << 31)
#define CONTROL_DST_INCR (1u << 27)
#define CONTROL_SRC_INCR (1u << 26)
#define CONTROL_DST_WIDTH(c) (((c) >> 21) & 7)
#define CONTROL_SRC_WIDTH(c) (((c) >> 18) & 7)
#define CONTROL_RESERVED 0xfffu   // where the PL080 has its transfer size
#define CONTROL2_SIZE 0x1ffffffu  // in units of the source's width

#define CH_HALT (1u << 18)
#define CH_ACTIVE (1u << 17)  // read only
#define CH_TC_UNMASKED (1u << 15)
#define CH_ERR_UNMASKED (1u << 14)
#define CH_FLOW(c) (((c) >> 11) & 7)  // 0: memory to memory
#define CH_ENABLE (1u << 0)
#define CH_WRITABLE 0x7ffffu

#define LLI_ADDRESS (~3u)  // bit 0 chooses the AHB master, of which there is one here

typedef struct {
  uint32_t src, dst, lli, control, size, config;
  bool active;  // data of this channel are in the FIFO
} Channel;

struct Pl080s {
  SysBusDevice parent_obj;
  MemoryRegion registers;
  qemu_irq irq;
  QEMUTimer* timer;
  int64_t served_until;  // guest's time up to which bytes were moved
  uint32_t config, sync;
  uint8_t raw_tc, raw_err;
  Channel channel[CHANNELS];
};

static uint32_t channels_with(const Pl080s* s, uint32_t config_bit) {
  uint32_t set = 0;
  for (int i = 0; i < CHANNELS; i++) {
    set |= (s->channel[i].config & config_bit) ? 1u << i : 0;
  }
  return set;
}

static uint32_t tc_status(const Pl080s* s) { return s->raw_tc & channels_with(s, CH_TC_UNMASKED); }
static uint32_t err_status(const Pl080s* s) { return s->raw_err & channels_with(s, CH_ERR_UNMASKED); }

static void update_irq(Pl080s* s) { qemu_set_irq(s->irq, (tc_status(s) | err_status(s)) != 0); }

static bool runs(const Channel* c) {
  return (c->config & (CH_ENABLE | CH_HALT)) == CH_ENABLE && CH_FLOW(c->config) == 0 && c->size != 0;
}

// The channel that has the bus: channel 0 has the highest priority.
static Channel* next_channel(Pl080s* s) {
  for (int i = 0; (s->config & CONFIG_ENABLE) && i < CHANNELS; i++) {
    if (runs(&s->channel[i])) {
      return &s->channel[i];
    }
  }
  return NULL;
}

static unsigned width_of(uint32_t code) {
  if (code > 2) {
    qemu_log_mask(LOG_GUEST_ERROR, "pl080s: transfer width %u is reserved\n", code);
    return 4;
  }
  return 1u << code;
}

// Moves `bytes` between the FIFO and the bus in accesses of `width`, aligned by the bus: low bits do not count.
static MemTxResult bus_side(uint32_t* address, uint8_t* fifo, unsigned bytes, unsigned width, bool increment,
                            bool write) {
  if (*address & (width - 1)) {
    qemu_log_mask(LOG_GUEST_ERROR, "pl080s: 0x%08x is not aligned to the width %u\n", *address, width);
  }
  for (unsigned done = 0; done < bytes; done += width) {
    hwaddr at = *address & ~(width - 1);
    MemTxResult r =
        address_space_rw(&address_space_memory, at, MEMTXATTRS_UNSPECIFIED, fifo + done, width, write);
    if (r != MEMTX_OK) {
      return r;
    }
    *address += increment ? width : 0;
  }
  return MEMTX_OK;
}

static void check_size(const Channel* c) {
  if (c->size == 0) {
    qemu_log_mask(LOG_GUEST_ERROR, "pl080s: a channel is enabled with nothing to move\n");
  }
}

static MemTxResult load_item(Channel* c) {
  uint32_t item[5];
  MemTxResult r = address_space_read(&address_space_memory, c->lli & LLI_ADDRESS, MEMTXATTRS_UNSPECIFIED,
                                     item, sizeof item);
  if (r == MEMTX_OK) {
    c->src = le32_to_cpu(item[0]);
    c->dst = le32_to_cpu(item[1]);
    c->lli = le32_to_cpu(item[2]);
    c->control = le32_to_cpu(item[3]) & ~CONTROL_RESERVED;
    c->size = le32_to_cpu(item[4]) & CONTROL2_SIZE;
    check_size(c);
  }
  return r;
}

static void stop(Channel* c) {
  c->config &= ~CH_ENABLE;
  c->active = false;
}

// One FIFO of data through channel c; returns the bytes moved.
static unsigned burst(Pl080s* s, Channel* c) {
  uint8_t fifo[FIFO_BYTES];
  const uint32_t bit = 1u << (c - s->channel);
  const unsigned src_width = width_of(CONTROL_SRC_WIDTH(c->control));
  const unsigned dst_width = width_of(CONTROL_DST_WIDTH(c->control));
  const unsigned units = MIN(c->size, FIFO_BYTES / src_width);
  const unsigned bytes = units * src_width;
  MemTxResult r;

  c->active = true;
  if (bytes % dst_width) {
    qemu_log_mask(LOG_GUEST_ERROR, "pl080s: %u bytes are no multiple of the destination's width %u\n", bytes,
                  dst_width);
  }
  r = bus_side(&c->src, fifo, bytes, src_width, c->control & CONTROL_SRC_INCR, false);
  if (r == MEMTX_OK) {
    r = bus_side(&c->dst, fifo, bytes - bytes % dst_width, dst_width, c->control & CONTROL_DST_INCR, true);
  }
  if (r == MEMTX_OK) {
    c->size -= units;
    if (c->size == 0) {
      s->raw_tc |= (c->control & CONTROL_TC_IRQ) ? bit : 0;
      if (c->lli & LLI_ADDRESS) {
        r = load_item(c);
      } else {
        stop(c);
      }
    }
  }
  if (r != MEMTX_OK) {  // the bus answered with an error: the channel switches itself off
    s->raw_err |= bit;
    stop(c);
  }
  return bytes;
}

// Moves what the time since the last call allows, and comes back after another slice if anything is left.
static void serve(void* opaque) {
  Pl080s* s = opaque;
  const int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
  int64_t budget = (now - s->served_until) * SLICE_BYTES / SLICE_NS;
  Channel* c;

  for (int i = 0; i < CHANNELS; i++) {  // a halted channel's FIFO has drained since
    s->channel[i].active = s->channel[i].active && runs(&s->channel[i]);
  }
  while (budget > 0 && (c = next_channel(s)) != NULL) {
    budget -= burst(s, c);
  }
  s->served_until = now;
  update_irq(s);
  if (next_channel(s) != NULL) {
    timer_mod(s->timer, now + SLICE_NS);
  }
}

// After any write that can let a channel run or halt it.
static void kick(Pl080s* s) {
  if (!timer_pending(s->timer)) {
    s->served_until = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    timer_mod(s->timer, s->served_until + SLICE_NS);
  }
}

static void write_channel_config(Pl080s* s, Channel* c, uint32_t value) {
  c->config = value & CH_WRITABLE & ~CH_ACTIVE;
  if (!(value & CH_ENABLE)) {
    c->active = false;  // what is in the FIFO is lost
  } else if (CH_FLOW(value) != 0) {
    qemu_log_mask(LOG_UNIMP, "pl080s: flow control %u needs a peripheral's requests\n", CH_FLOW(value));
  } else {
    check_size(c);
  }
  kick(s);
}

static uint32_t* channel_register(Channel* c, hwaddr offset) {
  switch (offset) {
    case CH_SRC:
      return &c->src;
    case CH_DST:
      return &c->dst;
    case CH_LLI:
      return &c->lli;
    case CH_CONTROL:
      return &c->control;
    case CH_CONTROL2:
      return &c->size;
    case CH_CONFIG:
      return &c->config;
    default:
      return NULL;
  }
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  static const uint8_t id[] = {0x80, 0x10, 0x14, 0x0a, 0x0d, 0xf0, 0x05, 0xb1};
  Pl080s* s = opaque;

  if (offset >= CHANNEL_0 && offset < CHANNEL_END) {
    Channel* c = &s->channel[(offset - CHANNEL_0) / 0x20];
    const uint32_t* reg = channel_register(c, offset & 0x1f);
    if (reg != NULL) {
      return *reg | (reg == &c->config && c->active ? CH_ACTIVE : 0);
    }
  } else if (offset >= ID_0) {
    return id[(offset - ID_0) / 4];
  }
  switch (offset) {
    case INT_STATUS:
      return tc_status(s) | err_status(s);
    case TC_STATUS:
      return tc_status(s);
    case ERR_STATUS:
      return err_status(s);
    case RAW_TC:
      return s->raw_tc;
    case RAW_ERR:
      return s->raw_err;
    case ENABLED_CHANNELS:
      return channels_with(s, CH_ENABLE);
    case CONFIG:
      return s->config;
    case SYNC:
      return s->sync;
  }
  return s3c6410_unknown_read(TYPE_MINK_PL080S, offset);
}

static void write_channel(Pl080s* s, hwaddr offset, uint32_t value) {
  Channel* c = &s->channel[(offset - CHANNEL_0) / 0x20];
  uint32_t* reg = channel_register(c, offset & 0x1f);
  if (reg == NULL) {
    s3c6410_unknown_write(TYPE_MINK_PL080S, offset, value);
  } else if (reg == &c->config) {
    write_channel_config(s, c, value);
  } else {
    *reg = value & (reg == &c->control ? ~CONTROL_RESERVED : reg == &c->size ? CONTROL2_SIZE : ~0u);
  }
  update_irq(s);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Pl080s* s = opaque;

  if (offset >= CHANNEL_0 && offset < CHANNEL_END) {
    write_channel(s, offset, value);
    return;
  }
  switch (offset) {
    case TC_CLEAR:
      s->raw_tc &= ~value;
      break;
    case ERR_CLEAR:
      s->raw_err &= ~value;
      break;
    case CONFIG:
      s->config = value & (CONFIG_ENABLE | CONFIG_BIG_ENDIAN);
      if (value & CONFIG_BIG_ENDIAN) {
        qemu_log_mask(LOG_UNIMP, "pl080s: big-endian masters are not modelled\n");
      }
      kick(s);
      break;
    case SYNC:
      s->sync = value & 0xffff;
      break;
    case SOFT_BREQ ... SOFT_LSREQ:
      qemu_log_mask(LOG_UNIMP, "pl080s: software requests are not modelled\n");
      break;
    default:
      s3c6410_unknown_write(TYPE_MINK_PL080S, offset, value);
  }
  update_irq(s);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = {.min_access_size = 4, .max_access_size = 4},
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void reset(DeviceState* dev) {
  Pl080s* s = MINK_PL080S(dev);
  s->config = s->sync = 0;
  s->raw_tc = s->raw_err = 0;
  memset(s->channel, 0, sizeof s->channel);
  timer_del(s->timer);
}

static void init(Object* obj) {
  Pl080s* s = MINK_PL080S(obj);
  memory_region_init_io(&s->registers, obj, &ops, s, TYPE_MINK_PL080S, 0x1000);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->registers);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->irq);
  s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, serve, s);
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_MINK_PL080S, Pl080s)
