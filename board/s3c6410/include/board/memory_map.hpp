// SPDX-License-Identifier: MIT
// Samsung S3C6410 and the boards with it: where things are. (QEMU: the machine of qemu/s3c6410.) Sections are those of the
// S3C6410X User's Manual, Rev 1.20.
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::board {

inline constexpr const char* kName = "Samsung S3C6410";

// 2.2: DRAM port 1, chip select 0.
inline constexpr PhysAddr kRamBase{0x50000000};
inline constexpr std::size_t kRamMax = std::size_t{256} << 20;
// What is assumed when neither the boot loader nor the memory controller says: every board has it.
inline constexpr std::size_t kRamFallback = std::size_t{128} << 20;
// Where the vendors' U-Boots leave the ATAGs.
inline constexpr PhysAddr kAtags{0x50000100};

// 2.3: special function registers, all behind the CPU's peripheral port.
inline constexpr PhysAddr kRegisters{0x70000000};
inline constexpr PhysAddr kVic0{0x71200000},
    kVic1{0x71300000};                        // PL192; the second is chained into the first
inline constexpr PhysAddr kDma0{0x75000000};  // PL080S
inline constexpr PhysAddr kHsmmc0{0x7c200000};
inline constexpr PhysAddr kDmc1{0x7e001000};
inline constexpr PhysAddr kWatchdog{0x7e004000};
inline constexpr PhysAddr kRtc{0x7e005000};
inline constexpr PhysAddr kSystem{0x7e00f000};
inline constexpr PhysAddr kUarts{0x7f005000};  // UART n at + 0x400 n
inline constexpr PhysAddr kPwm{0x7f006000};
inline constexpr PhysAddr kGpio{0x7f008000};
inline constexpr std::size_t kDeviceSize = 0x1000;

// The megabytes of registers that boot/ maps as Device: the console's, and that of clocks, watchdog and memory controller.
inline constexpr PhysAddr kBootDevices[] = {PhysAddr{0x7f000000}, PhysAddr{0x7e000000}};

// 12.4: lines of VIC0, then of VIC1 from 32 on.
inline constexpr unsigned kLineGraphics2d = 11;  // nobody wakes that device: software interrupts
inline constexpr unsigned kLineTimer3 = 27, kLineTimer4 = 28;
inline constexpr unsigned kLineUart0 = 32 + 5, kLineDma0 = 32 + 9, kLineHsmmc0 = 32 + 24;
// Kernel irq numbers: the controllers' lines one after the other, from 16 (0-15 were the PC's, and stay free).
inline constexpr unsigned kIrqBase = 16;

inline constexpr std::uint32_t kConsoleBaud = 115'200;
// PCLK as the boot loaders set it, should the clock registers say nothing that can be.
inline constexpr std::uint32_t kUsualPclkHz = 66'500'000;

}  // namespace mink::board
