/* SPDX-License-Identifier: GPL-2.0-or-later
 * GPIO: seventeen banks of pins, and the external interrupts of group 0. Of the pins' special functions nothing is
 * modelled: the UARTs talk whatever GPACON says.
 *
 * `qom-get /machine/gpio gpk` gives the levels of a bank's pins, `qom-set /machine/gpio gpn 0xfffe` is what the
 * outside does to the inputs (pulled up until then, as the boards' keys are). A pin is a qdev GPIO of the bank's
 * name.
 */

#include "s3c6410.h"

#include "hw/irq.h"
#include "qapi/visitor.h"

#define BANKS 17
#define EINTS 28
#define EINT_LINES 4

OBJECT_DECLARE_SIMPLE_TYPE(Gpio, S3C6410_GPIO)

/* A bank's registers are CON, or CON0 and CON1, then DAT and PUD, and with `sleep` CONSLP and PUDSLP. */
typedef struct {
  const char* name;
  uint16_t offset;
  uint8_t pins, function_bits, con_words;
  bool sleep;
} Layout;

static const Layout layout[BANKS] = {
    {"gpa", 0x000, 8, 4, 1, true},  {"gpb", 0x020, 7, 4, 1, true},   {"gpc", 0x040, 8, 4, 1, true},
    {"gpd", 0x060, 5, 4, 1, true},  {"gpe", 0x080, 5, 4, 1, true},   {"gpf", 0x0A0, 16, 2, 1, true},
    {"gpg", 0x0C0, 7, 4, 1, true},  {"gph", 0x0E0, 10, 4, 2, true},  {"gpi", 0x100, 16, 2, 1, true},
    {"gpj", 0x120, 12, 2, 1, true}, {"gpo", 0x140, 16, 2, 1, true},  {"gpp", 0x160, 15, 2, 1, true},
    {"gpq", 0x180, 9, 2, 1, true},  {"gpk", 0x800, 16, 4, 2, false}, {"gpl", 0x810, 15, 4, 2, false},
    {"gpm", 0x820, 6, 4, 1, false}, {"gpn", 0x830, 16, 2, 1, false},
};
enum { GPL = 14, GPM = 15, GPN = 16 };

typedef struct {
  uint32_t con[2], dat, pud, conslp, pudslp;
  uint32_t outside; /* what drives the inputs */
  uint32_t level;   /* of the pins, as last told to the world */
  qemu_irq out[16];
} Bank;

struct Gpio {
  SysBusDevice parent;
  MemoryRegion mmio;
  qemu_irq line[EINT_LINES]; /* EINT0-3, 4-11, 12-19, 20-27 */
  Bank bank[BANKS];
  uint32_t eint_con[2], eint_filter[4], eint_mask, eint_pend;
};

enum {
  EINT0CON0 = 0x900,
  EINT0CON1 = 0x904,
  EINT0FLTCON0 = 0x910,
  EINT0FLTCON3 = 0x91C,
  EINT0MASK = 0x920,
  EINT0PEND = 0x924,
  SIZE = 0x1000,
};
enum { INPUT = 0 };

static unsigned function(const Gpio* s, int bank, int pin) {
  unsigned bits = layout[bank].function_bits, per_word = 32 / bits;
  return extract32(s->bank[bank].con[pin / per_word], pin % per_word * bits, bits);
}

static uint32_t levels(const Gpio* s, int bank) {
  uint32_t level = 0;
  for (int pin = 0; pin < layout[bank].pins; pin++) {
    const Bank* b = &s->bank[bank];
    level |= extract32(function(s, bank, pin) == INPUT ? b->outside : b->dat, pin, 1) << pin;
  }
  return level;
}

/* The level of the pin that external interrupt n listens to. */
static bool eint_pin(const Gpio* s, int n) {
  return n < 16   ? extract32(s->bank[GPN].level, n, 1)
         : n < 23 ? extract32(s->bank[GPL].level, n - 8, 1)
                  : extract32(s->bank[GPM].level, n - 23, 1);
}

/* Three bits for each two interrupts: 0 low, 1 high, 2 falling, 4 rising, 6 both. */
static unsigned eint_trigger(const Gpio* s, int n) {
  return extract32(s->eint_con[n / 16], n % 16 / 2 * 4, 3);
}

static void update_lines(Gpio* s) {
  static const uint32_t of_line[EINT_LINES] = {0x0000000F, 0x00000FF0, 0x000FF000, 0x0FF00000};
  for (int n = 0; n < EINTS; n++) {
    unsigned trigger = eint_trigger(s, n);
    if (trigger < 2 && eint_pin(s, n) == trigger) {
      s->eint_pend |= 1u << n;
    }
  }
  for (int i = 0; i < EINT_LINES; i++) {
    qemu_set_irq(s->line[i], (s->eint_pend & ~s->eint_mask & of_line[i]) != 0);
  }
}

static void update_pins(Gpio* s, int bank) {
  Bank* b = &s->bank[bank];
  bool before[EINTS];
  for (int n = 0; n < EINTS; n++) {
    before[n] = eint_pin(s, n);
  }
  b->level = levels(s, bank);
  for (int pin = 0; pin < layout[bank].pins; pin++) {
    qemu_set_irq(b->out[pin], extract32(b->level, pin, 1));
  }
  for (int n = 0; n < EINTS; n++) {
    bool now = eint_pin(s, n);
    if (now != before[n] && (eint_trigger(s, n) & (now ? 4 : 2))) {
      s->eint_pend |= 1u << n;
    }
  }
  update_lines(s);
}

/* The register of a bank at this offset, or null; *bank is whose. */
static uint32_t* bank_register(Gpio* s, hwaddr offset, int* bank) {
  for (int i = 0; i < BANKS; i++) {
    const Layout* l = &layout[i];
    unsigned words = l->con_words + 2 + (l->sleep ? 2 : 0);
    if (offset >= l->offset && offset < l->offset + 4 * words) {
      Bank* b = &s->bank[i];
      unsigned word = (offset - l->offset) / 4;
      uint32_t* const behind[] = {&b->dat, &b->pud, &b->conslp, &b->pudslp};
      *bank = i;
      return word < l->con_words ? &b->con[word] : behind[word - l->con_words];
    }
  }
  return NULL;
}

static uint32_t* eint_register(Gpio* s, hwaddr offset) {
  switch (offset) {
    case EINT0CON0:
    case EINT0CON1:
      return &s->eint_con[(offset - EINT0CON0) / 4];
    case EINT0FLTCON0 ... EINT0FLTCON3:
      return &s->eint_filter[(offset - EINT0FLTCON0) / 4];
    case EINT0MASK:
      return &s->eint_mask;
    case EINT0PEND:
      return &s->eint_pend;
    default:
      return NULL;
  }
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Gpio* s = opaque;
  int bank;
  uint32_t* reg = bank_register(s, offset, &bank);
  if (reg) {
    return reg == &s->bank[bank].dat ? s->bank[bank].level : *reg;
  }
  reg = eint_register(s, offset);
  return reg ? *reg : s3c6410_unknown_read(TYPE_S3C6410_GPIO, offset);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Gpio* s = opaque;
  int bank;
  uint32_t* reg = bank_register(s, offset, &bank);
  if (reg) {
    *reg = value;
    update_pins(s, bank);
    return;
  }
  reg = eint_register(s, offset);
  if (!reg) {
    s3c6410_unknown_write(TYPE_S3C6410_GPIO, offset, value);
    return;
  }
  *reg = reg == &s->eint_pend ? *reg & ~value : value;
  update_lines(s);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void get_levels(Object* obj, Visitor* v, const char* name, void* opaque, Error** errp) {
  Gpio* s = S3C6410_GPIO(obj);
  uint32_t level = s->bank[(const Layout*)opaque - layout].level;
  visit_type_uint32(v, name, &level, errp);
}

static void set_outside(Object* obj, Visitor* v, const char* name, void* opaque, Error** errp) {
  Gpio* s = S3C6410_GPIO(obj);
  int bank = (const Layout*)opaque - layout;
  uint32_t outside;
  if (visit_type_uint32(v, name, &outside, errp)) {
    s->bank[bank].outside = outside;
    update_pins(s, bank);
  }
}

/* All pins are inputs but the LCD's and the likes, of which nothing is known here; all interrupts are masked. */
static void reset(DeviceState* dev) {
  Gpio* s = S3C6410_GPIO(dev);
  memset(s->eint_con, 0, sizeof s->eint_con);
  memset(s->eint_filter, 0, sizeof s->eint_filter);
  s->eint_pend = 0;
  s->eint_mask = MAKE_64BIT_MASK(0, EINTS);
  for (int i = 0; i < BANKS; i++) {
    Bank* b = &s->bank[i];
    b->con[0] = b->con[1] = b->dat = b->pud = b->conslp = b->pudslp = 0;
    update_pins(s, i);
  }
  s->eint_pend = 0;
}

static void init(Object* obj) {
  Gpio* s = S3C6410_GPIO(obj);
  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_GPIO, SIZE);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  for (int i = 0; i < EINT_LINES; i++) {
    sysbus_init_irq(SYS_BUS_DEVICE(obj), &s->line[i]);
  }
  for (int i = 0; i < BANKS; i++) {
    s->bank[i].outside = UINT32_MAX;
    qdev_init_gpio_out_named(DEVICE(obj), s->bank[i].out, layout[i].name, layout[i].pins);
    object_property_add(obj, layout[i].name, "uint32", get_levels, set_outside, NULL, (void*)&layout[i]);
  }
}

static void class_init(ObjectClass* klass, void* data) { DEVICE_CLASS(klass)->reset = reset; }

S3C6410_DEVICE(TYPE_S3C6410_GPIO, Gpio)
