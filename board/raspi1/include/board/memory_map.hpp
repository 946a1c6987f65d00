// SPDX-License-Identifier: MIT
// Raspberry Pi of the first generation (A, B, A+, B+, Zero): Broadcom BCM2835, whose "ARM Peripherals" says where things are;
// its bus addresses 0x7e...... are the ARM's 0x20....... (QEMU: -M raspi1ap, -M raspi0.)
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::board {

inline constexpr const char* kName = "Raspberry Pi 1";

// 256 or 512 MB, the top of which the firmware keeps (gpu_mem= in config.txt): the ATAGs say what is left.
inline constexpr PhysAddr kRamBase{0x00000000};
inline constexpr std::size_t kRamMax = std::size_t{512} << 20;
// What is assumed when the boot loader's list is no use: on every model the VideoCore's part is above.
inline constexpr std::size_t kRamFallback = std::size_t{128} << 20;
inline constexpr PhysAddr kAtags{0x00000100};

inline constexpr PhysAddr kSystemTimer{0x20003000};          // 12
inline constexpr PhysAddr kInterruptController{0x2000b000};  // 7
inline constexpr PhysAddr kPower{0x20100000};                // watchdog and reset
inline constexpr PhysAddr kGpio{0x20200000};                 // 6
inline constexpr PhysAddr kUart0{0x20201000};                // 13: PL011
inline constexpr PhysAddr kAux{0x20215000};                  // 2: mini UART and SPI
inline constexpr std::size_t kDeviceSize = 0x1000;

// The megabytes of registers that boot/ maps as Device, for the console before ioremap.
inline constexpr PhysAddr kBootDevices[] = {PhysAddr{0x20200000}};

// 6.2: the console's pins, which are the PL011's as alternate function 0.
inline constexpr unsigned kPinTxd0 = 14;
inline constexpr unsigned kPinRxd0 = 15;

// 7.5: lines. Kernel irq numbers are these from 16 on (0-15 were the PC's, and stay free).
inline constexpr unsigned kIrqBase = 16;
inline constexpr unsigned kIrqTimer1 = kIrqBase + 1;  // channels 0 and 2 are the VideoCore's
inline constexpr unsigned kIrqTimer3 = kIrqBase + 3;
inline constexpr unsigned kIrqAux = kIrqBase + 29;
inline constexpr unsigned kIrqUart0 = kIrqBase + 57;

// What config.txt asks the firmware for. A line that firmware has set up stays as it is.
inline constexpr std::uint32_t kUartClockHz = 48'000'000;
inline constexpr std::uint32_t kConsoleBaud = 115'200;

}  // namespace mink::board
