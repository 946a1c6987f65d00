// SPDX-License-Identifier: MIT
// ARM RealView Platform Baseboard for Cortex-A8, ARM DUI 0417D: where things are. (QEMU: -M realview-pb-a8.)
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::board {

inline constexpr const char* kName = "ARM RealView PB-A8";

// Chapter 4, memory map: dynamic memory, up to 512 MB; half of it shows at 0, too, which nobody uses.
inline constexpr PhysAddr kRamBase{0x70000000};
inline constexpr std::size_t kRamMax = std::size_t{512} << 20;
// What is assumed when the boot loader's list is no use.
inline constexpr std::size_t kRamFallback = std::size_t{128} << 20;
// QEMU and the boot monitor leave the ATAGs here.
inline constexpr PhysAddr kAtags{0x70000100};

inline constexpr PhysAddr kSystemRegisters{0x10000000};   // status and system control registers
inline constexpr PhysAddr kSystemController{0x10001000};  // SP810
inline constexpr PhysAddr kMci0{0x10005000};              // PL181 card slot
inline constexpr PhysAddr kUart0{0x10009000};             // PL011
inline constexpr PhysAddr kTimer01{0x10011000};           // SP804, two timers
inline constexpr PhysAddr kTimer23{0x10012000};
inline constexpr PhysAddr kGicCpu{
    0x1e000000};  // the first of four GICs, the only one whose output the CPU sees by itself
inline constexpr PhysAddr kGicDistributor{0x1e001000};
inline constexpr std::size_t kDeviceSize = 0x1000;

// The megabytes of registers that boot/ maps as Device, for the console before ioremap.
inline constexpr PhysAddr kBootDevices[] = {PhysAddr{0x10000000}};

// Chapter 4, interrupts. Kernel irq numbers are the GIC's own: 0-31 are the CPU's.
inline constexpr unsigned kIrqSoftware = 32 + 1;  // for software interrupts alone
inline constexpr unsigned kIrqTimer01 = 32 + 4;
inline constexpr unsigned kIrqTimer23 = 32 + 5;
inline constexpr unsigned kIrqUart0 = 32 + 12;
inline constexpr unsigned kIrqMci0A = 32 + 17;
inline constexpr unsigned kIrqMci0B = 32 + 18;

inline constexpr std::uint32_t kUartClockHz = 24'000'000;
inline constexpr std::uint32_t kTimerClockHz = 1'000'000;
inline constexpr std::uint32_t kMciClockHz = 24'000'000;
inline constexpr std::uint32_t kConsoleBaud = 38'400;

}  // namespace mink::board
