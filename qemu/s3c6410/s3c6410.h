/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the files of the smdk6410 machine share: the names of its devices, and how a wrong access is reported.
 */
#ifndef MINK_S3C6410_H
#define MINK_S3C6410_H

#include "qemu/osdep.h"

#include "exec/hwaddr.h"
#include "hw/sysbus.h"
#include "qemu/log.h"
#include "qemu/module.h"

#define TYPE_S3C6410_SYSC "mink-s3c6410-sysc"
#define TYPE_S3C6410_UART "mink-s3c6410-uart"
#define TYPE_S3C6410_PWM "mink-s3c6410-pwm"
#define TYPE_S3C6410_WDT "mink-s3c6410-wdt"
#define TYPE_S3C6410_DMC "mink-s3c6410-dmc"
#define TYPE_S3C6410_RTC "mink-s3c6410-rtc"
#define TYPE_S3C6410_GPIO "mink-s3c6410-gpio"
#define TYPE_MINK_PL192 "mink-pl192"
#define TYPE_MINK_PL080S "mink-pl080s"

/* The crystal. */
#define S3C6410_XTAL_HZ 12000000

#define S3C6410_RAM_BASE 0x50000000

/* Why the last reset came, for RST_STAT. */
typedef enum { RESET_POWER_ON, RESET_WATCHDOG, RESET_SOFTWARE } ResetCause;

/* Resets the chip; the system controller remembers the cause. */
void s3c6410_reset(DeviceState* sysc, ResetCause cause);

/* Reads -kernel, -initrd and -append, and gives the boot ROM what brings the guest there. */
struct MachineState;
void s3c6410_boot(struct MachineState* machine, hwaddr rom, uint32_t machine_id);

/* The end of a device's file: registers the type, whose functions are init() and class_init(). */
#define S3C6410_DEVICE(type_name, State)                            \
  static const TypeInfo info = {                                    \
      .name = (type_name),                                          \
      .parent = TYPE_SYS_BUS_DEVICE,                                \
      .instance_size = sizeof(State),                               \
      .instance_init = init,                                        \
      .class_init = class_init,                                     \
  };                                                                \
  static void register_types(void) { type_register_static(&info); } \
  type_init(register_types)

/* A register that this model does not have; the manual may. */
static inline void s3c6410_unknown_write(const char* device, hwaddr offset, uint64_t value) {
  qemu_log_mask(LOG_UNIMP, "%s: write of 0x%x to unknown register 0x%03x\n", device, (unsigned)value,
                (unsigned)offset);
}

static inline uint64_t s3c6410_unknown_read(const char* device, hwaddr offset) {
  qemu_log_mask(LOG_UNIMP, "%s: read of unknown register 0x%03x\n", device, (unsigned)offset);
  return 0;
}

/* A register that is there, and cannot be written. */
static inline void s3c6410_read_only(const char* device, hwaddr offset, uint64_t value) {
  qemu_log_mask(LOG_GUEST_ERROR, "%s: write of 0x%x to read-only register 0x%03x\n", device, (unsigned)value,
                (unsigned)offset);
}

static inline uint64_t s3c6410_write_only(const char* device, hwaddr offset) {
  qemu_log_mask(LOG_GUEST_ERROR, "%s: read of write-only register 0x%03x\n", device, (unsigned)offset);
  return 0;
}

#endif
