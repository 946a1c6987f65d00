/* SPDX-License-Identifier: GPL-2.0-or-later
 * DMC1, the controller of the DRAM (like Arm's PL340): its states, and registers that keep what is written. The memory
 * itself is there whatever they say, but how large it is software learns from CHIP0_CFG.
 */

#include "s3c6410.h"

OBJECT_DECLARE_SIMPLE_TYPE(Dmc, S3C6410_DMC)

enum {
  STATUS = 0x000,
  CMD = 0x004,
  DIRECT_CMD = 0x008,
  MEM_CFG = 0x00C,
  MEM_CFG2 = 0x04C,
  ID_0_CFG = 0x100,
  ID_15_CFG = 0x13C,
  CHIP0_CFG = 0x200,
  CHIP1_CFG = 0x204,
  USER_STATUS = 0x300,
  USER_CONFIG = 0x304,
  SIZE = 0x308,
};

enum { CMD_GO, CMD_SLEEP, CMD_WAKE_UP, CMD_PAUSE, CMD_CONFIGURE };
enum { CONFIG, READY, PAUSED, LOW_POWER };

struct Dmc {
  SysBusDevice parent;
  MemoryRegion mmio;
  unsigned state;
  uint32_t reg[SIZE / 4];
};

static bool is_plain(hwaddr offset) {
  return (offset >= MEM_CFG && offset <= MEM_CFG2) || (offset >= ID_0_CFG && offset <= ID_15_CFG) ||
         offset == CHIP0_CFG || offset == CHIP1_CFG || offset == USER_CONFIG;
}

static void command(Dmc* s, uint32_t command) {
  static const struct {
    unsigned command, from, to;
  } moves[] = {
      {CMD_GO, CONFIG, READY},         {CMD_GO, PAUSED, READY},        {CMD_PAUSE, READY, PAUSED},
      {CMD_SLEEP, PAUSED, LOW_POWER},  {CMD_SLEEP, READY, LOW_POWER},  {CMD_WAKE_UP, LOW_POWER, PAUSED},
      {CMD_CONFIGURE, PAUSED, CONFIG}, {CMD_CONFIGURE, READY, CONFIG}, {CMD_CONFIGURE, LOW_POWER, CONFIG},
      {CMD_CONFIGURE, CONFIG, CONFIG},
  };
  for (unsigned i = 0; i < ARRAY_SIZE(moves); i++) {
    if (moves[i].command == command && moves[i].from == s->state) {
      s->state = moves[i].to;
      return;
    }
  }
  qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_DMC ": command %u in state %u\n", command, s->state);
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Dmc* s = opaque;
  if (offset == STATUS) {
    return s->state;
  }
  if (offset == USER_STATUS || is_plain(offset)) {
    return s->reg[offset / 4];
  }
  return s3c6410_unknown_read(TYPE_S3C6410_DMC, offset);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Dmc* s = opaque;
  if (offset == CMD) {
    command(s, value & 7);
  } else if (offset == DIRECT_CMD) {
    if (s->state != CONFIG) {
      qemu_log_mask(LOG_GUEST_ERROR, TYPE_S3C6410_DMC ": DIRECT_CMD in state %u\n", s->state);
    }
  } else if (is_plain(offset)) {
    s->reg[offset / 4] = value;
  } else if (offset == STATUS || offset == USER_STATUS) {
    s3c6410_read_only(TYPE_S3C6410_DMC, offset, value);
  } else {
    s3c6410_unknown_write(TYPE_S3C6410_DMC, offset, value);
  }
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void reset(DeviceState* dev) {
  Dmc* s = S3C6410_DMC(dev);
  s->state = CONFIG;
  memset(s->reg, 0, sizeof s->reg);
}

static void init(Object* obj) {
  Dmc* s = S3C6410_DMC(obj);
  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_DMC, 0x1000);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_S3C6410_DMC, Dmc)
