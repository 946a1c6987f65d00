// SPDX-License-Identifier: MIT
// ARM Versatile Platform Baseboard for ARM926EJ-S, ARM DUI 0225D: where things are. (QEMU: -M versatilepb.)
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::board {

inline constexpr const char* kName = "ARM Versatile PB";

// 4.1: dynamic memory from 0; up to 256 MB before the static memory and the registers begin.
inline constexpr PhysAddr kRamBase{0x00000000};
inline constexpr std::size_t kRamMax = std::size_t{256} << 20;
// What is assumed when the boot loader's list is no use.
inline constexpr std::size_t kRamFallback = std::size_t{64} << 20;
// QEMU and the boot monitor leave the ATAGs here.
inline constexpr PhysAddr kAtags{0x00000100};

// 4.1, table 4-1.
inline constexpr PhysAddr kSystemRegisters{0x10000000};   // 4.2: status and system control registers
inline constexpr PhysAddr kSic{0x10003000};               // 4.10: secondary interrupt controller
inline constexpr PhysAddr kMci0{0x10005000};              // PL181 card slot
inline constexpr PhysAddr kDmac{0x10130000};              // PL080
inline constexpr PhysAddr kVic{0x10140000};               // PL190
inline constexpr PhysAddr kSystemController{0x101e0000};  // SP810
inline constexpr PhysAddr kTimer01{0x101e2000};           // SP804, two timers
inline constexpr PhysAddr kTimer23{0x101e3000};
inline constexpr PhysAddr kUart0{0x101f1000};  // PL011
inline constexpr std::size_t kDeviceSize = 0x1000;

// The megabytes of registers that boot/ maps as Device, for the console before ioremap.
inline constexpr PhysAddr kBootDevices[] = {PhysAddr{0x10100000}};

// 4.10.1, table 4-42: lines of the primary controller.
inline constexpr unsigned kVicSoftware = 1;  // for software interrupts alone
inline constexpr unsigned kVicTimer01 = 4;
inline constexpr unsigned kVicTimer23 = 5;
inline constexpr unsigned kVicUart0 = 12;
inline constexpr unsigned kVicDma = 17;
inline constexpr unsigned kVicSic = 31;
// Table 4-44: lines of the secondary controller.
inline constexpr unsigned kSicMci0B = 1;
inline constexpr unsigned kSicMci0A = 22;

// Kernel irq numbers: the controllers' lines one after the other, from 16 (0-15 were the PC's, and stay
// free).
inline constexpr unsigned kVicIrqBase = 16;
inline constexpr unsigned kSicIrqBase = kVicIrqBase + 32;

// 4.2 and 4.21: clocks.
inline constexpr std::uint32_t kUartClockHz = 24'000'000;
inline constexpr std::uint32_t kTimerClockHz = 1'000'000;
inline constexpr std::uint32_t kCounterHz = 24'000'000;
inline constexpr std::uint32_t kMciClockHz = 24'000'000;
inline constexpr std::uint32_t kConsoleBaud = 38'400;

}  // namespace mink::board
