/* SPDX-License-Identifier: GPL-2.0-or-later
 * What iROM and boot loader do on a board, for -kernel: a program in the ROM at 0 sets up clocks, console and memory
 * controller by real writes to their registers, and enters the image with ATAGs at 0x50000100. It runs at each reset.
 *
 * A raw image is put at 0x50008000, a uImage and an ELF file where they say. Without -kernel the ROM waits for ever, and
 * whoever starts the guest otherwise (-device loader,cpu-num=0) finds everything as a reset leaves it.
 */

#include "s3c6410.h"

#include "elf.h"
#include "hw/boards.h"
#include "hw/loader.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/units.h"

#define RAW_IMAGE (S3C6410_RAM_BASE + 0x8000)
#define ATAGS (S3C6410_RAM_BASE + 0x100)
#define INITRD (S3C6410_RAM_BASE + 8 * MiB)
#define COMMAND_LINE_MAX 1024

enum {
  ATAG_NONE = 0,
  ATAG_CORE = 0x54410001,
  ATAG_MEM = 0x54410002,
  ATAG_CMDLINE = 0x54410009,
  ATAG_INITRD2 = 0x54420005
};

typedef GArray Words;

static void put(Words* words, uint32_t word) {
  word = cpu_to_le32(word);
  g_array_append_val(words, word);
}

static void add_rom(const char* name, Words* words, hwaddr at) {
  rom_add_blob_fixed(name, words->data, words->len * sizeof(uint32_t), at);
  g_array_free(words, true);
}

static void add_atags(MachineState* machine, ssize_t initrd_size) {
  Words* tags = g_array_new(false, true, sizeof(uint32_t));
  const char* text = machine->kernel_cmdline ? machine->kernel_cmdline : "";
  size_t length = strlen(text) + 1;
  if (length > COMMAND_LINE_MAX) {
    error_report("a kernel command line has at most %d characters", COMMAND_LINE_MAX - 1);
    exit(1);
  }

  put(tags, 2), put(tags, ATAG_CORE);
  put(tags, 4), put(tags, ATAG_MEM), put(tags, machine->ram_size), put(tags, S3C6410_RAM_BASE);
  if (initrd_size > 0) {
    put(tags, 4), put(tags, ATAG_INITRD2), put(tags, INITRD), put(tags, initrd_size);
  }
  if (length > 1) {
    size_t words = DIV_ROUND_UP(length, 4);
    put(tags, 2 + words), put(tags, ATAG_CMDLINE);
    guint at = tags->len;
    g_array_set_size(tags, at + words);
    memcpy(&g_array_index(tags, uint32_t, at), text, length);
  }
  put(tags, 0), put(tags, ATAG_NONE);
  add_rom("atags", tags, ATAGS);
}

/* Where the image begins. Exits if it cannot be read. */
static uint32_t load_kernel(MachineState* machine) {
  const char* file = machine->kernel_filename;
  uint64_t entry;
  hwaddr uimage_entry;

  if (load_elf(file, NULL, NULL, NULL, &entry, NULL, NULL, NULL, false, EM_ARM, 1, 0) > 0) {
    return entry;
  }
  if (load_uimage(file, &uimage_entry, NULL, NULL, NULL, NULL) > 0) {
    return uimage_entry;
  }
  uint64_t room = machine->ram_size - (RAW_IMAGE - S3C6410_RAM_BASE);
  if (load_image_targphys(file, RAW_IMAGE, room) < 0) {
    error_report("cannot load '%s'", file);
    exit(1);
  }
  return RAW_IMAGE;
}

/* LDD6410's U-Boot settings: ARM 532 MHz, HCLK 133, PCLK and CLKUART 66.5, 115200 8N1 on UART0; DRAM by its size. */
static void put_setup(Words* rom, uint64_t ram_size) {
  uint32_t chip0_cfg = 0x15000 | ((256 - ram_size / (16 * MiB)) & 0xFF);
  const uint32_t writes[][2] = {
      {0x7E004000, 0},          /* WTCON: the watchdog stands */
      {0x7E00F900, 0xE0},       /* OTHERS: HCLKx2 from APLL, synchronous; VIC synchronous */
      {0x7E00F020, 0x01043310}, /* CLK_DIV0 */
      {0x7E00F028, 0x00030000}, /* CLK_DIV2: CLKUART */
      {0x7E00F00C, 0x810A0301}, /* APLL_CON: 532 MHz */
      {0x7E00F010, 0x810A0301}, /* MPLL_CON */
      {0x7E00F01C, 0x00002007}, /* CLK_SRC: the PLLs */
      {0x7E00F120, 0x0000000D}, /* MEM_SYS_CFG */
      {0x7E001200, chip0_cfg},  /* DMC1: CHIP0_CFG */
      {0x7E001004, 0},          /* MEMC_CMD: go */
      {0x7F008000, 0x00220022}, /* GPACON: UART0 and 1 */
      {0x7F005000, 0x03},       /* ULCON0 */
      {0x7F005008, 0},          /* UFCON0 */
      {0x7F005028, 0x22},       /* UBRDIV0 */
      {0x7F00502C, 0x1FFF},     /* UDIVSLOT0 */
      {0x7F005004, 0xE45},      /* UCON0: CLKUART, polled; last: who types already is understood */
  };
  put(rom, 0xE28F0018); /*       add  r0, pc, #24      table, 8 words on       */
  put(rom, 0xE4901004); /* next: ldr  r1, [r0], #4                             */
  put(rom, 0xE3510000); /*       cmp  r1, #0                                   */
  put(rom, 0x0280F000); /*       addeq pc, r0, #0      the code behind the end */
  put(rom, 0xE4902004); /*       ldr  r2, [r0], #4                             */
  put(rom, 0xE5812000); /*       str  r2, [r1]                                 */
  put(rom, 0xEAFFFFF9); /*       b    next                                     */
  put(rom, 0xE1A00000); /*       nop                                           */
  for (size_t i = 0; i < ARRAY_SIZE(writes); i++) {
    put(rom, writes[i][0]), put(rom, writes[i][1]);
  }
  put(rom, 0);
}

static void put_jump(Words* rom, uint32_t machine_id, uint32_t entry) {
  put(rom, 0xE3A00000); /* mov r0, #0        */
  put(rom, 0xE59F1004); /* ldr r1, [pc, #4]  */
  put(rom, 0xE59F2004); /* ldr r2, [pc, #4]  */
  put(rom, 0xE59FF004); /* ldr pc, [pc, #4]  */
  put(rom, machine_id), put(rom, ATAGS), put(rom, entry);
}

void s3c6410_boot(MachineState* machine, hwaddr rom_base, uint32_t machine_id) {
  Words* rom = g_array_new(false, true, sizeof(uint32_t));
  if (machine->kernel_filename) {
    ssize_t initrd_size = 0;
    if (machine->initrd_filename) {
      initrd_size = load_image_targphys(machine->initrd_filename, INITRD, machine->ram_size - 8 * MiB);
      if (initrd_size < 0) {
        error_report("cannot load '%s'", machine->initrd_filename);
        exit(1);
      }
    }
    add_atags(machine, initrd_size);
    put_setup(rom, machine->ram_size);
    put_jump(rom, machine_id, load_kernel(machine));
  } else {
    put(rom, 0xEE070F90); /* mcr p15, 0, r0, c7, c0, 4   wait for an interrupt */
    put(rom, 0xEAFFFFFD); /* b   .-4                                           */
  }
  add_rom("irom", rom, rom_base);
}
