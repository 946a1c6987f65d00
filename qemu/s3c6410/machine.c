/* SPDX-License-Identifier: GPL-2.0-or-later
 * The machine smdk6410: where everything is, and how it is wired. Sources of the numbers: the S3C6410 user manual's
 * memory map and interrupt table, Linux's map-s3c64xx.h and irqs-s3c64xx.h.
 */

#include "s3c6410.h"

#include "exec/address-spaces.h"
#include "hw/boards.h"
#include "hw/core/cpu.h"
#include "hw/misc/led.h"
#include "hw/misc/unimp.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#include "hw/sd/sd.h"
#include "hw/sd/sdhci.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "sysemu/blockdev.h"
#include "sysemu/reset.h"
#include "sysemu/sysemu.h"

#define TYPE_SMDK6410 MACHINE_TYPE_NAME("smdk6410")
OBJECT_DECLARE_SIMPLE_TYPE(Smdk6410, SMDK6410)

#define MIDR 0x410FB766 /* r0p6, as the boards print it */
#define CPU_IRQ 0
#define CPU_FIQ 1
#define MACHINE_ID_SMDK6410 1626
#define IROM 0x08000000
#define STEPPING_STONE 0x0C000000
#define HSMMC_CAPABILITIES \
  0x05E80080 /* 3.3 V, DMA, high speed, blocks of 512; no base clock: the clock tree says */

struct Smdk6410 {
  MachineState parent;
  uint32_t machine_id;
  DeviceState *vic[2], *sysc;
  MemoryRegion irom, irom_at_0, stepping_stone;
};

/* All that software may touch and that is not modelled: accesses are logged, reads give 0. */
static const struct {
  const char* name;
  hwaddr base, size;
} unmodelled[] = {
    {"s3c6410-chip-selects", 0x10000000, 0x30000000},
    {"s3c6410-registers", 0x70000000, 0x10000000},
    {"s3c6410-srom", 0x70000000, 0x1000},
    {"s3c6410-onenand0", 0x70100000, 0x1000},
    {"s3c6410-nand", 0x70200000, 0x1000},
    {"s3c6410-lcd", 0x77100000, 0x1000},
    {"s3c6410-usb-otg", 0x7C000000, 0x100000},
    {"s3c6410-usb-phy", 0x7C100000, 0x1000},
    {"s3c6410-dmc0", 0x7E000000, 0x1000},
    {"s3c6410-adc", 0x7E00B000, 0x1000},
    {"s3c6410-iic0", 0x7F004000, 0x1000},
    {"s3c6410-iic1", 0x7F00F000, 0x1000},
    {"s3c6410-spi0", 0x7F00B000, 0x1000},
    {"s3c6410-spi1", 0x7F00C000, 0x1000},
};

static qemu_irq irq(Smdk6410* s, int vic, int source) { return qdev_get_gpio_in(s->vic[vic], source); }

/* Realizes a device whose properties are set. */
static DeviceState* put(DeviceState* dev, hwaddr base) {
  sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), &error_fatal);
  sysbus_mmio_map(SYS_BUS_DEVICE(dev), 0, base);
  return dev;
}

static DeviceState* place(const char* type, hwaddr base) { return put(qdev_new(type), base); }

static void reset_cpu(void* cpu) { cpu_reset(CPU(cpu)); }

static DeviceState* make_cpu(MachineState* machine) {
  Object* cpu = object_new(machine->cpu_type);
  object_property_set_uint(cpu, "midr", MIDR, &error_fatal);
  qdev_realize(DEVICE(cpu), NULL, &error_fatal);
  qemu_register_reset(reset_cpu, cpu);
  return DEVICE(cpu);
}

static void make_memory(Smdk6410* s) {
  MemoryRegion* all = get_system_memory();
  memory_region_init_rom(&s->irom, NULL, "s3c6410.irom", 32 * KiB, &error_fatal);
  memory_region_init_alias(&s->irom_at_0, NULL, "s3c6410.irom-at-0", &s->irom, 0, 32 * KiB);
  memory_region_init_ram(&s->stepping_stone, NULL, "s3c6410.stepping-stone", 8 * KiB, &error_fatal);
  memory_region_add_subregion(all, 0, &s->irom_at_0);
  memory_region_add_subregion(all, IROM, &s->irom);
  memory_region_add_subregion(all, STEPPING_STONE, &s->stepping_stone);
  memory_region_add_subregion(all, S3C6410_RAM_BASE, MACHINE(s)->ram);
  for (unsigned i = 0; i < ARRAY_SIZE(unmodelled); i++) {
    create_unimplemented_device(unmodelled[i].name, unmodelled[i].base, unmodelled[i].size);
  }
}

/* VIC1 hangs behind VIC0, which alone reaches the CPU. */
static void make_vics(Smdk6410* s, DeviceState* cpu) {
  s->vic[1] = place(TYPE_MINK_PL192, 0x71300000);
  s->vic[0] = qdev_new(TYPE_MINK_PL192);
  object_property_set_link(OBJECT(s->vic[0]), "chained", OBJECT(s->vic[1]), &error_fatal);
  put(s->vic[0], 0x71200000);
  sysbus_connect_irq(SYS_BUS_DEVICE(s->vic[1]), 0, qdev_get_gpio_in_named(s->vic[0], "chain-irq", 0));
  sysbus_connect_irq(SYS_BUS_DEVICE(s->vic[1]), 1, qdev_get_gpio_in_named(s->vic[0], "chain-fiq", 0));
  sysbus_connect_irq(SYS_BUS_DEVICE(s->vic[0]), 0, qdev_get_gpio_in(cpu, CPU_IRQ));
  sysbus_connect_irq(SYS_BUS_DEVICE(s->vic[0]), 1, qdev_get_gpio_in(cpu, CPU_FIQ));
}

static void make_uarts(Smdk6410* s) {
  for (int i = 0; i < 4; i++) {
    g_autofree char *pclk = g_strdup_printf("uart%d-pclk", i), *clk = g_strdup_printf("uart%d-clk", i);
    DeviceState* uart = qdev_new(TYPE_S3C6410_UART);
    qdev_prop_set_chr(uart, "chardev", serial_hd(i));
    qdev_connect_clock_in(uart, "pclk", qdev_get_clock_out(s->sysc, pclk));
    qdev_connect_clock_in(uart, "clk", qdev_get_clock_out(s->sysc, clk));
    put(uart, 0x7F005000 + 0x400 * i);
    sysbus_connect_irq(SYS_BUS_DEVICE(uart), 0, irq(s, 1, 5 + i));
  }
}

static void make_timers(Smdk6410* s) {
  static const int source[] = {23, 24, 25, 27, 28};
  DeviceState* pwm = qdev_new(TYPE_S3C6410_PWM);
  qdev_connect_clock_in(pwm, "pclk", qdev_get_clock_out(s->sysc, "pwm"));
  put(pwm, 0x7F006000);
  for (int i = 0; i < 5; i++) {
    sysbus_connect_irq(SYS_BUS_DEVICE(pwm), i, irq(s, 0, source[i]));
  }
}

static void make_watchdog(Smdk6410* s) {
  DeviceState* wdt = qdev_new(TYPE_S3C6410_WDT);
  qdev_connect_clock_in(wdt, "pclk", qdev_get_clock_out(s->sysc, "wdt"));
  object_property_set_link(OBJECT(wdt), "sysc", OBJECT(s->sysc), &error_fatal);
  put(wdt, 0x7E004000);
  sysbus_connect_irq(SYS_BUS_DEVICE(wdt), 0, irq(s, 0, 26));
}

static void make_rtc(Smdk6410* s) {
  DeviceState* rtc = place(TYPE_S3C6410_RTC, 0x7E005000);
  sysbus_connect_irq(SYS_BUS_DEVICE(rtc), 0, irq(s, 0, 2));
  sysbus_connect_irq(SYS_BUS_DEVICE(rtc), 1, irq(s, 1, 28));
}

/* The LEDs of all boards at once; -trace led_change_intensity shows them. */
static void make_leds(DeviceState* gpio) {
  static const struct {
    const char* bank;
    int first, count;
    GpioPolarity polarity;
    LEDColor color;
  } leds[] = {
      {"gpk", 4, 4, GPIO_POLARITY_ACTIVE_LOW, LED_COLOR_BLUE},    /* Mini6410, Tiny6410 */
      {"gpn", 12, 4, GPIO_POLARITY_ACTIVE_HIGH, LED_COLOR_GREEN}, /* SMDK6410, LDD6410 */
      {"gpm", 0, 4, GPIO_POLARITY_ACTIVE_LOW, LED_COLOR_RED},     /* OK6410 */
  };
  for (unsigned i = 0; i < ARRAY_SIZE(leds); i++) {
    for (int pin = leds[i].first; pin < leds[i].first + leds[i].count; pin++) {
      g_autofree char* name = g_strdup_printf("%s%d", leds[i].bank, pin);
      LEDState* led = led_create_simple(OBJECT(gpio), leds[i].polarity, leds[i].color, name);
      qdev_connect_gpio_out_named(gpio, leds[i].bank, pin, qdev_get_gpio_in(DEVICE(led), 0));
    }
  }
}

static void make_gpio(Smdk6410* s) {
  static const struct { int vic, source; } eint[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  DeviceState* gpio = qdev_new(TYPE_S3C6410_GPIO);
  object_property_add_child(OBJECT(s), "gpio", OBJECT(gpio));
  put(gpio, 0x7F008000);
  for (unsigned i = 0; i < ARRAY_SIZE(eint); i++) {
    sysbus_connect_irq(SYS_BUS_DEVICE(gpio), i, irq(s, eint[i].vic, eint[i].source));
  }
  /* What hangs on the pins that are inputs: keys with pull-ups, LEDs that are dark. */
  object_property_set_uint(OBJECT(gpio), "gpn", 0x0FFF, &error_fatal);
  make_leds(gpio);
}

/* HSMMC0 to 2, with the cards of -drive if=sd, or -sd. The third's interrupt is SPI1's, too. */
static void make_cards(Smdk6410* s) {
  static const int source[] = {24, 25, 17};
  for (int i = 0; i < 3; i++) {
    DeviceState* host = qdev_new(TYPE_S3C_SDHCI);
    qdev_prop_set_uint64(host, "capareg", HSMMC_CAPABILITIES);
    put(host, 0x7C200000 + 0x100000 * i);
    sysbus_connect_irq(SYS_BUS_DEVICE(host), 0, irq(s, 1, source[i]));

    DriveInfo* drive = drive_get(IF_SD, 0, i);
    if (drive) {
      DeviceState* card = qdev_new(TYPE_SD_CARD);
      qdev_prop_set_drive_err(card, "drive", blk_by_legacy_dinfo(drive), &error_fatal);
      qdev_realize_and_unref(card, qdev_get_child_bus(host, "sd-bus"), &error_fatal);
    }
  }
}

static void make_dma(Smdk6410* s) {
  for (int i = 0; i < 2; i++) {
    DeviceState* dma = place(TYPE_MINK_PL080S, 0x75000000 + 0x100000 * i);
    sysbus_connect_irq(SYS_BUS_DEVICE(dma), 0, irq(s, 1, 9 + i));
  }
}

static void machine_init(MachineState* machine) {
  Smdk6410* s = SMDK6410(machine);
  if (!is_power_of_2(machine->ram_size) || machine->ram_size < 16 * MiB || machine->ram_size > 256 * MiB) {
    error_report("smdk6410: memory is 16, 32, 64, 128 or 256 MB");
    exit(1);
  }
  make_memory(s);
  make_vics(s, make_cpu(machine));
  s->sysc = place(TYPE_S3C6410_SYSC, 0x7E00F000);
  place(TYPE_S3C6410_DMC, 0x7E001000);
  make_uarts(s);
  make_timers(s);
  make_watchdog(s);
  make_rtc(s);
  make_gpio(s);
  make_cards(s);
  make_dma(s);
  s3c6410_boot(machine, IROM, s->machine_id);
}

static void instance_init(Object* obj) {
  Smdk6410* s = SMDK6410(obj);
  s->machine_id = MACHINE_ID_SMDK6410;
  object_property_add_uint32_ptr(obj, "machine-id", &s->machine_id, OBJ_PROP_FLAG_READWRITE);
  object_property_set_description(obj, "machine-id",
                                  "the number that the boot loader gives the kernel in r1");
}

static void class_init(ObjectClass* klass, void* data) {
  MachineClass* mc = MACHINE_CLASS(klass);
  mc->desc = "Samsung S3C6410 board (ARM1176), from mink";
  mc->init = machine_init;
  mc->default_cpu_type = "arm1176-arm-cpu";
  mc->default_ram_size = 128 * MiB;
  mc->default_ram_id = "s3c6410.dram";
  mc->block_default_type = IF_SD;
  mc->no_cdrom = mc->no_floppy = mc->no_parallel = 1;
}

static const TypeInfo info = {
    .name = TYPE_SMDK6410,
    .parent = TYPE_MACHINE,
    .instance_size = sizeof(Smdk6410),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void) { type_register_static(&info); }
type_init(register_types)
