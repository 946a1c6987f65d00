/* SPDX-License-Identifier: GPL-2.0-or-later
 * PL192, the vectored interrupt controller (Arm DDI 0273): sixteen priorities, two masks over them, and a chain.
 *
 * A source that is enabled and no FIQ is a candidate. The software mask takes out whole priorities; the hardware
 * mask takes out everything that is not more urgent than what is in service. What remains pulls the IRQ line, and a
 * read of ADDRESS takes the most urgent of it into service: smallest priority, then smallest number, the chained
 * controller last. A write to ADDRESS ends the service.
 *
 * An ADDRESS read that the chained controller wins is an acknowledge there, too: so each of the two then needs its
 * write (Samsung's own code writes both).
 */

#include "s3c6410.h"

#include "hw/irq.h"
#include "hw/qdev-properties.h"

#define SOURCES 32
#define CHAIN SOURCES /* the chained controller's place behind the sources */
#define NONE (-1)
#define PRIORITIES 16
#define IDLE PRIORITIES /* the level in service when nothing is */

OBJECT_DECLARE_SIMPLE_TYPE(Pl192, MINK_PL192)

struct Pl192 {
  SysBusDevice parent;
  MemoryRegion mmio;
  qemu_irq irq, fiq;
  Pl192* chained; /* its lines come in here, if there is one */

  uint32_t level; /* of the input lines */
  uint32_t soft, enable, select;
  uint32_t protection;
  uint32_t priority_mask;
  uint32_t vector[SOURCES];
  uint8_t priority[SOURCES + 1];
  uint32_t address; /* what ADDRESS gave last */
  uint8_t in_service[PRIORITIES];
  unsigned depth;
  bool chain_irq, chain_fiq;
};

enum {
  IRQSTATUS = 0x000,
  FIQSTATUS = 0x004,
  RAWINTR = 0x008,
  INTSELECT = 0x00C,
  INTENABLE = 0x010,
  INTENCLEAR = 0x014,
  SOFTINT = 0x018,
  SOFTINTCLEAR = 0x01C,
  PROTECTION = 0x020,
  SWPRIORITYMASK = 0x024,
  PRIORITYDAISY = 0x028,
  VECTADDR = 0x100,
  VECTPRIORITY = 0x200,
  ADDRESS = 0xF00,
  ID = 0xFE0,
};

static const uint8_t id_bytes[] = {0x92, 0x11, 0x04, 0x00, 0x0D, 0xF0, 0x05, 0xB1};

static uint32_t raw(const Pl192* s) { return s->level | s->soft; }

static uint32_t irq_status(const Pl192* s) { return raw(s) & s->enable & ~s->select; }

static unsigned service_level(const Pl192* s) { return s->depth ? s->in_service[s->depth - 1] : IDLE; }

/* The source that ADDRESS would take now, CHAIN, or NONE. */
static int most_urgent(const Pl192* s) {
  uint32_t candidates = irq_status(s);
  unsigned level = service_level(s);
  int best = NONE;

  for (int i = 0; i <= CHAIN; i++) {
    bool asks = i == CHAIN ? s->chain_irq : extract32(candidates, i, 1);
    if (asks && extract32(s->priority_mask, s->priority[i], 1) && s->priority[i] < level) {
      best = i;
      level = s->priority[i];
    }
  }
  return best;
}

static void update(Pl192* s) {
  qemu_set_irq(s->fiq, s->chain_fiq || (raw(s) & s->enable & s->select));
  qemu_set_irq(s->irq, most_urgent(s) != NONE);
}

static uint32_t acknowledge(Pl192* s) {
  int source = most_urgent(s);
  if (source == NONE) {
    qemu_log_mask(LOG_GUEST_ERROR, TYPE_MINK_PL192 ": ADDRESS was read, and no interrupt is active\n");
    return s->address;
  }
  /* Each is more urgent than the one before: there are never more than there are priorities. */
  s->in_service[s->depth++] = s->priority[source];
  s->address = source == CHAIN ? acknowledge(s->chained) : s->vector[source];
  update(s);
  return s->address;
}

static void end_of_interrupt(Pl192* s) {
  if (s->depth) {
    s->depth--;
  }
  update(s);
}

static uint32_t read_register(Pl192* s, hwaddr offset) {
  switch (offset) {
    case IRQSTATUS:
      return irq_status(s);
    case FIQSTATUS:
      return raw(s) & s->enable & s->select;
    case RAWINTR:
      return raw(s);
    case INTSELECT:
      return s->select;
    case INTENABLE:
      return s->enable;
    case SOFTINT:
      return s->soft;
    case PROTECTION:
      return s->protection;
    case SWPRIORITYMASK:
      return s->priority_mask;
    case PRIORITYDAISY:
      return s->priority[CHAIN];
    case VECTADDR ... VECTADDR + 4 * SOURCES - 1:
      return s->vector[(offset - VECTADDR) / 4];
    case VECTPRIORITY ... VECTPRIORITY + 4 * SOURCES - 1:
      return s->priority[(offset - VECTPRIORITY) / 4];
    case ADDRESS:
      return acknowledge(s);
    case ID ... ID + 4 * ARRAY_SIZE(id_bytes) - 1:
      return id_bytes[(offset - ID) / 4];
    case INTENCLEAR:
    case SOFTINTCLEAR:
      return s3c6410_write_only(TYPE_MINK_PL192, offset);
    default:
      return s3c6410_unknown_read(TYPE_MINK_PL192, offset);
  }
}

static void write_register(Pl192* s, hwaddr offset, uint32_t value) {
  switch (offset) {
    case INTSELECT:
      s->select = value;
      break;
    case INTENABLE:
      s->enable |= value;
      break;
    case INTENCLEAR:
      s->enable &= ~value;
      break;
    case SOFTINT:
      s->soft |= value;
      break;
    case SOFTINTCLEAR:
      s->soft &= ~value;
      break;
    case PROTECTION:
      s->protection = value & 1;
      break;
    case SWPRIORITYMASK:
      s->priority_mask = value & MAKE_64BIT_MASK(0, PRIORITIES);
      break;
    case PRIORITYDAISY:
      s->priority[CHAIN] = value & 0xF;
      break;
    case VECTADDR ... VECTADDR + 4 * SOURCES - 1:
      s->vector[(offset - VECTADDR) / 4] = value;
      break;
    case VECTPRIORITY ... VECTPRIORITY + 4 * SOURCES - 1:
      s->priority[(offset - VECTPRIORITY) / 4] = value & 0xF;
      break;
    case ADDRESS:
      end_of_interrupt(s);
      break;
    case IRQSTATUS:
    case FIQSTATUS:
    case RAWINTR:
    case ID ... ID + 4 * ARRAY_SIZE(id_bytes) - 1:
      s3c6410_read_only(TYPE_MINK_PL192, offset, value);
      break;
    default:
      s3c6410_unknown_write(TYPE_MINK_PL192, offset, value);
  }
  update(s);
}

static bool refused(const Pl192* s, MemTxAttrs attrs) { return s->protection && attrs.user; }

static MemTxResult read_with_attrs(void* opaque, hwaddr offset, uint64_t* value, unsigned size,
                                   MemTxAttrs attrs) {
  Pl192* s = opaque;
  if (refused(s, attrs)) {
    return MEMTX_ERROR;
  }
  *value = read_register(s, offset);
  return MEMTX_OK;
}

static MemTxResult write_with_attrs(void* opaque, hwaddr offset, uint64_t value, unsigned size,
                                    MemTxAttrs attrs) {
  Pl192* s = opaque;
  if (refused(s, attrs)) {
    return MEMTX_ERROR;
  }
  write_register(s, offset, value);
  return MEMTX_OK;
}

static const MemoryRegionOps ops = {
    .read_with_attrs = read_with_attrs,
    .write_with_attrs = write_with_attrs,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void set_source(void* opaque, int source, int level) {
  Pl192* s = opaque;
  s->level = deposit32(s->level, source, 1, level != 0);
  update(s);
}

static void set_chain_irq(void* opaque, int line, int level) {
  Pl192* s = opaque;
  s->chain_irq = level;
  update(s);
}

static void set_chain_fiq(void* opaque, int line, int level) {
  Pl192* s = opaque;
  s->chain_fiq = level;
  update(s);
}

static void reset(DeviceState* dev) {
  Pl192* s = MINK_PL192(dev);
  s->soft = s->enable = s->select = s->protection = s->address = 0;
  s->priority_mask = MAKE_64BIT_MASK(0, PRIORITIES);
  s->depth = 0;
  memset(s->vector, 0, sizeof s->vector);
  memset(s->priority, PRIORITIES - 1, sizeof s->priority);
  update(s);
}

static void init(Object* obj) {
  Pl192* s = MINK_PL192(obj);
  DeviceState* dev = DEVICE(obj);

  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_MINK_PL192, 0x1000);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->irq);
  sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->fiq);
  qdev_init_gpio_in(dev, set_source, SOURCES);
  qdev_init_gpio_in_named(dev, set_chain_irq, "chain-irq", 1);
  qdev_init_gpio_in_named(dev, set_chain_fiq, "chain-fiq", 1);
  object_property_add_link(obj, "chained", TYPE_MINK_PL192, (Object**)&s->chained,
                           qdev_prop_allow_set_link_before_realize, OBJ_PROP_LINK_STRONG);
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_MINK_PL192, Pl192)
