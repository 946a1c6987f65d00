// SPDX-License-Identifier: GPL-2.0-or-later
// The S3C6410's registers by their names in the manual, as far as the tests touch them.
#pragma once
#include <cstdint>

inline volatile std::uint32_t& reg(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}
inline volatile std::uint8_t& reg8(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint8_t*>(address);
}
inline volatile std::uint16_t& reg16(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint16_t*>(address);
}

constexpr std::uint32_t kHsmmc0 = 0x7C200000, kHsmmc1 = 0x7C300000, kHsmmc2 = 0x7C400000;
constexpr std::uint32_t kUart0 = 0x7F005000, kUart1 = 0x7F005400;
constexpr std::uint32_t kVic0 = 0x71200000, kVic1 = 0x71300000;
constexpr std::uint32_t kDma0 = 0x75000000, kDma1 = 0x75100000;
constexpr std::uint32_t kDram = 0x50000000, kScratch = 0x51000000;

// Offsets of a UART's registers.
enum : std::uint32_t {
  ULCON = 0x00,
  UCON = 0x04,
  UFCON = 0x08,
  UMCON = 0x0C,
  UTRSTAT = 0x10,
  UERSTAT = 0x14,
  UFSTAT = 0x18,
  UMSTAT = 0x1C,
  UTXH = 0x20,
  URXH = 0x24,
  UBRDIV = 0x28,
  UDIVSLOT = 0x2C,
  UINTP = 0x30,
  UINTSP = 0x34,
  UINTM = 0x38,
};

// Offsets of a VIC's registers.
enum : std::uint32_t {
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
  VIC_ID = 0xFE0,
};

constexpr std::uint32_t kPwm = 0x7F006000;
constexpr std::uint32_t TCFG0 = kPwm + 0x00, TCFG1 = kPwm + 0x04, TCON = kPwm + 0x08,
                        TINT_CSTAT = kPwm + 0x44;
constexpr std::uint32_t TCNTB(unsigned n) { return kPwm + 0x0C + 12 * n; }
constexpr std::uint32_t TCMPB(unsigned n) { return kPwm + 0x10 + 12 * n; }
constexpr std::uint32_t TCNTO(unsigned n) { return n == 4 ? kPwm + 0x40 : kPwm + 0x14 + 12 * n; }
// Bits of TCON. Timer 4 has no inverter, so its auto-reload bit is one lower.
constexpr std::uint32_t start(unsigned n) { return n == 0 ? 1u : 1u << (4 + 4 * n); }
constexpr std::uint32_t update(unsigned n) { return start(n) << 1; }
constexpr std::uint32_t reload(unsigned n) { return start(n) << (n == 4 ? 2 : 3); }

constexpr std::uint32_t kWatchdog = 0x7E004000;
constexpr std::uint32_t WTCON = kWatchdog, WTDAT = kWatchdog + 4, WTCNT = kWatchdog + 8,
                        WTCLRINT = kWatchdog + 12;

constexpr std::uint32_t kRtc = 0x7E005000;
constexpr std::uint32_t INTP = kRtc + 0x30, RTCCON = kRtc + 0x40, TICNT = kRtc + 0x44, RTCALM = kRtc + 0x50,
                        ALMSEC = kRtc + 0x54, BCDSEC = kRtc + 0x70, BCDMIN = kRtc + 0x74,
                        BCDHOUR = kRtc + 0x78, BCDDATE = kRtc + 0x7C, BCDMON = kRtc + 0x84,
                        BCDYEAR = kRtc + 0x88;

constexpr std::uint32_t kSyscon = 0x7E00F000;
constexpr std::uint32_t APLL_LOCK = kSyscon + 0x00, APLL_CON = kSyscon + 0x0C, MPLL_CON = kSyscon + 0x10,
                        CLK_SRC = kSyscon + 0x1C, CLK_DIV0 = kSyscon + 0x20, SW_RST = kSyscon + 0x114,
                        SYS_ID = kSyscon + 0x118, MEM_SYS_CFG = kSyscon + 0x120, OTHERS = kSyscon + 0x900,
                        INFORM0 = kSyscon + 0xA00;

constexpr std::uint32_t kGpio = 0x7F008000;
constexpr std::uint32_t GPKCON0 = kGpio + 0x800, GPKDAT = kGpio + 0x808, GPMCON = kGpio + 0x820,
                        GPMDAT = kGpio + 0x824, GPNCON = kGpio + 0x830, GPNDAT = kGpio + 0x834,
                        GPNPUD = kGpio + 0x838;

constexpr std::uint32_t kDmc1 = 0x7E001000;
constexpr std::uint32_t MEMC_STATUS = kDmc1 + 0x000, CHIP0_CFG = kDmc1 + 0x200;

// Interrupt numbers: bit of VIC0, or 32 + bit of VIC1.
enum : unsigned {
  IRQ_RTC_TICK = 2,
  IRQ_TIMER0 = 23,
  IRQ_TIMER1 = 24,
  IRQ_TIMER2 = 25,
  IRQ_WDT = 26,
  IRQ_TIMER3 = 27,
  IRQ_TIMER4 = 28,
  IRQ_UART1 = 32 + 6,
  IRQ_DMA0 = 32 + 9,
  IRQ_DMA1 = 32 + 10,
  IRQ_HSMMC0 = 32 + 24,
  IRQ_RTC_ALARM = 32 + 28,
};
inline bool raised(unsigned irq) { return (reg((irq < 32 ? kVic0 : kVic1) + RAWINTR) >> irq % 32) & 1; }
