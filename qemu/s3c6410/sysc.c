/* SPDX-License-Identifier: GPL-2.0-or-later
 * The system controller: three PLLs and the dividers behind them, from which the peripherals have their clocks;
 * software reset, the chip's id, and registers that only keep what is written.
 */

#include "s3c6410.h"

#include "hw/qdev-clock.h"
#include "migration/vmstate.h"
#include "sysemu/runstate.h"

#define UARTS 4
#define SIZE 0x1000

OBJECT_DECLARE_SIMPLE_TYPE(Sysc, S3C6410_SYSC)

enum {
  APLL_LOCK = 0x000,
  MPLL_LOCK = 0x004,
  EPLL_LOCK = 0x008,
  APLL_CON = 0x00C,
  MPLL_CON = 0x010,
  EPLL_CON0 = 0x014,
  EPLL_CON1 = 0x018,
  CLK_SRC = 0x01C,
  CLK_DIV0 = 0x020,
  CLK_DIV1 = 0x024,
  CLK_DIV2 = 0x028,
  CLK_OUT = 0x02C,
  HCLK_GATE = 0x030,
  PCLK_GATE = 0x034,
  SCLK_GATE = 0x038,
  MEM0_GATE = 0x03C,
  AHB_CON0 = 0x100,
  AHB_CON1 = 0x104,
  AHB_CON2 = 0x108,
  CLK_SRC2 = 0x10C,
  SDMA_SEL = 0x110,
  SW_RST = 0x114,
  SYS_ID = 0x118,
  MEM_SYS_CFG = 0x120,
  QOS_OVERRIDE0 = 0x124,
  QOS_OVERRIDE1 = 0x128,
  MEM_CFG_STAT = 0x12C,
  PWR_CFG = 0x804,
  EINT_MASK = 0x808,
  NORMAL_CFG = 0x810,
  STOP_CFG = 0x814,
  SLEEP_CFG = 0x818,
  STOP_MEM_CFG = 0x81C,
  OSC_FREQ = 0x820,
  OSC_STABLE = 0x824,
  PWR_STABLE = 0x828,
  MTC_STABLE = 0x830,
  OTHERS = 0x900,
  RST_STAT = 0x904,
  WAKEUP_STAT = 0x908,
  BLK_PWR_STAT = 0x90C,
  INFORM0 = 0xA00,
  INFORM7 = 0xA1C,
};

enum { SW_RST_KEY = 0x6410, CHIP_ID = 0x36410101, OTHERS_SYNC_MODE = 1 << 7, OTHERS_SYNC_ACK = 0xF << 8 };

/* Gate bits of PCLK_GATE and SCLK_GATE. */
enum { GATE_UART0 = 1, GATE_WDT = 5, GATE_PWM = 7, GATE_SCLK_UART = 5 };

struct Sysc {
  SysBusDevice parent;
  MemoryRegion mmio;
  uint32_t reg[SIZE / 4];
  ResetCause cause; /* of the reset that is coming */
  Clock *arm, *hclk, *pwm, *wdt, *uart_pclk[UARTS], *uart_clk[UARTS];
};

/* What may be written, and what it is after a reset, where the sources say so. The rest of the block is unknown. */
static const struct {
  uint16_t offset;
  bool writable, survives;
  uint32_t reset;
} registers[] = {
    {APLL_LOCK, true, false, 0xFFFF},
    {MPLL_LOCK, true, false, 0xFFFF},
    {EPLL_LOCK, true, false, 0xFFFF},
    {APLL_CON, true, false, 0x01900302},
    {MPLL_CON, true, false, 0x02140603},
    {EPLL_CON0, true, false, 0x00200102},
    {EPLL_CON1, true, false, 0x9111},
    {CLK_SRC, true, false, 0},
    {CLK_DIV0, true, false, 0x01051000},
    {CLK_DIV1, true, false, 0},
    {CLK_DIV2, true, false, 0},
    {CLK_OUT, true, false, 0},
    {HCLK_GATE, true, false, 0xFFFFFFFF},
    {PCLK_GATE, true, false, 0xFFFFFFFF},
    {SCLK_GATE, true, false, 0xFFFFFFFF},
    {MEM0_GATE, true, false, 0xFFFFFFFF},
    {AHB_CON0, true, false, 0},
    {AHB_CON1, true, false, 0},
    {AHB_CON2, true, false, 0},
    {CLK_SRC2, true, false, 0},
    {SDMA_SEL, true, false, 0},
    {SW_RST, true, false, 0},
    {SYS_ID, false, false, CHIP_ID},
    {MEM_SYS_CFG, true, false, 0},
    {QOS_OVERRIDE0, true, false, 0},
    {QOS_OVERRIDE1, true, false, 0},
    {MEM_CFG_STAT, false, false, 0},
    {PWR_CFG, true, false, 0},
    {EINT_MASK, true, false, 0},
    {NORMAL_CFG, true, false, 0xFFFFFF00},
    {STOP_CFG, true, false, 0},
    {SLEEP_CFG, true, false, 0},
    {STOP_MEM_CFG, true, false, 0},
    {OSC_FREQ, true, false, 0xF},
    {OSC_STABLE, true, false, 1},
    {PWR_STABLE, true, false, 1},
    {MTC_STABLE, true, false, 0xFFFFFFFF},
    {OTHERS, true, false, 0},
    {RST_STAT, false, false, 0},
    {WAKEUP_STAT, true, false, 0},
    {BLK_PWR_STAT, false, false, 0x7F},
    {INFORM0 + 0x00, true, true, 0},
    {INFORM0 + 0x04, true, true, 0},
    {INFORM0 + 0x08, true, true, 0},
    {INFORM0 + 0x0C, true, true, 0},
    {INFORM0 + 0x10, true, true, 0},
    {INFORM0 + 0x14, true, true, 0},
    {INFORM0 + 0x18, true, true, 0},
    {INFORM7, true, true, 0},
};

static uint32_t reg(const Sysc* s, hwaddr offset) { return s->reg[offset / 4]; }

static uint64_t pll_hz(uint32_t con, unsigned m_bits, uint32_t fraction) {
  if (!extract32(con, 31, 1)) {
    return 0;
  }
  uint64_t m = ((uint64_t)extract32(con, 16, m_bits) << 16) + fraction;
  unsigned p = MAX(extract32(con, 8, 6), 1);
  return (S3C6410_XTAL_HZ * m / (p << extract32(con, 0, 3))) >> 16;
}

/* Divider fields hold the divisor minus one. */
static uint64_t divided(uint64_t hz, uint32_t div, unsigned low, unsigned bits) {
  return hz / (extract32(div, low, bits) + 1);
}

static void set_gated(Clock* clock, uint64_t hz, uint32_t gates, unsigned bit) {
  clock_update_hz(clock, extract32(gates, bit, 1) ? hz : 0);
}

static void update_clocks(Sysc* s) {
  uint32_t src = reg(s, CLK_SRC), div0 = reg(s, CLK_DIV0), pgate = reg(s, PCLK_GATE),
           sgate = reg(s, SCLK_GATE);
  uint64_t apll = src & 1 ? pll_hz(reg(s, APLL_CON), 10, 0) : S3C6410_XTAL_HZ;
  uint64_t mpll = src & 2 ? pll_hz(reg(s, MPLL_CON), 10, 0) : S3C6410_XTAL_HZ;
  uint64_t epll =
      src & 4 ? pll_hz(reg(s, EPLL_CON0), 8, extract32(reg(s, EPLL_CON1), 0, 16)) : S3C6410_XTAL_HZ;
  uint64_t hclkx2 = divided(extract32(reg(s, OTHERS), 6, 1) ? apll : mpll, div0, 9, 3);
  uint64_t pclk = divided(hclkx2, div0, 12, 4);
  uint64_t uart = divided(extract32(src, 13, 1) ? divided(mpll, div0, 4, 1) : epll, reg(s, CLK_DIV2), 16, 4);

  clock_update_hz(s->arm, divided(apll, div0, 0, 4));
  clock_update_hz(s->hclk, divided(hclkx2, div0, 8, 1));
  set_gated(s->pwm, pclk, pgate, GATE_PWM);
  set_gated(s->wdt, pclk, pgate, GATE_WDT);
  for (int i = 0; i < UARTS; i++) {
    set_gated(s->uart_pclk[i], pclk, pgate, GATE_UART0 + i);
    set_gated(s->uart_clk[i], uart, sgate, GATE_SCLK_UART);
  }
}

void s3c6410_reset(DeviceState* sysc, ResetCause cause) {
  S3C6410_SYSC(sysc)->cause = cause;
  qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
}

static int find(hwaddr offset) {
  for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
    if (registers[i].offset == offset) {
      return i;
    }
  }
  return -1;
}

static uint64_t read_register(void* opaque, hwaddr offset, unsigned size) {
  Sysc* s = opaque;
  if (find(offset) < 0) {
    return s3c6410_unknown_read(TYPE_S3C6410_SYSC, offset);
  }
  return reg(s, offset);
}

static void write_register(void* opaque, hwaddr offset, uint64_t value, unsigned size) {
  Sysc* s = opaque;
  int index = find(offset);
  if (index < 0) {
    s3c6410_unknown_write(TYPE_S3C6410_SYSC, offset, value);
    return;
  }
  if (!registers[index].writable) {
    s3c6410_read_only(TYPE_S3C6410_SYSC, offset, value);
    return;
  }
  if (offset == SW_RST) {
    if (value == SW_RST_KEY) {
      s3c6410_reset(DEVICE(s), RESET_SOFTWARE);
    }
    return;
  }
  if (offset == OTHERS) {
    value = (value & ~OTHERS_SYNC_ACK) | (value & OTHERS_SYNC_MODE ? OTHERS_SYNC_ACK : 0);
  }
  if (offset == WAKEUP_STAT) {
    value = reg(s, offset) & ~value;
  }
  s->reg[offset / 4] = value;
  update_clocks(s);
}

static const MemoryRegionOps ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void reset(DeviceState* dev) {
  static const uint32_t status[] = {
      [RESET_POWER_ON] = 1 << 0, [RESET_WATCHDOG] = 1 << 2, [RESET_SOFTWARE] = 1 << 5};
  Sysc* s = S3C6410_SYSC(dev);
  for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
    if (!registers[i].survives || s->cause == RESET_POWER_ON) {
      s->reg[registers[i].offset / 4] = registers[i].reset;
    }
  }
  s->reg[RST_STAT / 4] = status[s->cause];
  s->cause = RESET_POWER_ON;
  update_clocks(s);
}

static void init(Object* obj) {
  Sysc* s = S3C6410_SYSC(obj);
  DeviceState* dev = DEVICE(obj);

  memory_region_init_io(&s->mmio, obj, &ops, s, TYPE_S3C6410_SYSC, SIZE);
  sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->mmio);
  s->arm = qdev_init_clock_out(dev, "arm");
  s->hclk = qdev_init_clock_out(dev, "hclk");
  s->pwm = qdev_init_clock_out(dev, "pwm");
  s->wdt = qdev_init_clock_out(dev, "wdt");
  for (int i = 0; i < UARTS; i++) {
    g_autofree char *pclk = g_strdup_printf("uart%d-pclk", i), *clk = g_strdup_printf("uart%d-clk", i);
    s->uart_pclk[i] = qdev_init_clock_out(dev, pclk);
    s->uart_clk[i] = qdev_init_clock_out(dev, clk);
  }
}

/* No device of this machine can save its state; it is enough that one says so. */
static const VMStateDescription not_saved = {.name = TYPE_S3C6410_SYSC, .unmigratable = 1};

static void class_init(ObjectClass* klass, void* data) {
  DEVICE_CLASS(klass)->reset = reset;
  DEVICE_CLASS(klass)->vmsd = &not_saved;
}

S3C6410_DEVICE(TYPE_S3C6410_SYSC, Sysc)
