// SPDX-License-Identifier: MIT
// The SD host controller as its standard has it (SD Specifications Part A2, SD Host Controller Simplified Specification,
// version 2.00), in whole words, and what the S3C6410's HSMMC has besides.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

struct SdhciRegs {
  struct Block : Reg<0x004, Rw> {  // 2.2.2, 2.2.3
    using Size = Field<0, 12>;
    using Count = Field<16, 16>;
  };
  struct Argument : Reg<0x008, Rw> {};  // 2.2.4
  struct Command : Reg<0x00c, Rw> {     // 2.2.5, 2.2.6: a write sends the command
    using CountEnable = Field<1>;
    using FromCard = Field<4>;
    using MultiBlock = Field<5>;
    using Answer = Field<16, 2>;
    static constexpr std::uint32_t kNone = 0, kLong = 1, kShort = 2;
    using CheckCrc = Field<19>;
    using CheckIndex = Field<20>;
    using Data = Field<21>;
    using Type = Field<22, 2>;
    static constexpr std::uint32_t kAbort = 3;
    using Index = Field<24, 6>;
  };
  template <unsigned N>
  struct Response : Reg<0x010 + 4 * N, Ro> {};  // 2.2.7: 0 has the lowest bits; of a long answer bits 127..8
  struct Data : Reg<0x020, Rw> {};              // 2.2.8
  struct Present : Reg<0x024, Ro> {             // 2.2.9
    using CommandInhibit = Field<0>;
    using DataInhibit = Field<1>;
    using WriteEnable = Field<10>;  // room for the rest of a block
    using ReadEnable = Field<11>;   // a block, or the rest of one
  };
  struct Host : Reg<0x028, Rw> {  // 2.2.10 to 2.2.13
    using Power = Field<8>;
    using Voltage = Field<9, 3>;
    static constexpr std::uint32_t k3V3 = 7;
  };
  struct Clock : Reg<0x02c, Rw> {  // 2.2.14 to 2.2.16
    using InternalEnable = Field<0>;
    using InternalStable = Field<1>;
    using CardEnable = Field<2>;
    using Divider = Field<8, 8>;   // half of it: powers of two
    using Timeout = Field<16, 4>;  // 2^(13 + n) clocks
    using ResetAll = Field<24>;    // these three fall when it is done
    using ResetCommand = Field<25>;
    using ResetData = Field<26>;
  };
  struct Bits {  // the same in 2.2.17 to 2.2.22
    using CommandComplete = Field<0>;
    using TransferComplete = Field<1>;
    using WriteReady = Field<4>;
    using ReadReady = Field<5>;
    using Error = Field<15>;  // any of the upper half
    using CommandTimeout = Field<16>;
    using CommandCrc = Field<17>;
    using CommandEnd = Field<18>;
    using CommandIndex = Field<19>;
    using DataTimeout = Field<20>;
    using DataCrc = Field<21>;
    using DataEnd = Field<22>;
    static constexpr std::uint32_t kErrors = 0x007f'0000;
    static constexpr std::uint32_t kTimeouts = CommandTimeout::kMask | DataTimeout::kMask;
    static constexpr std::uint32_t kAll =
        CommandComplete::kMask | TransferComplete::kMask | WriteReady::kMask | ReadReady::kMask | kErrors;
  };
  struct Status : Reg<0x030, Rw> {};        // writing 1 clears
  struct StatusEnable : Reg<0x034, Rw> {};  // what is noted in Status
  struct SignalEnable : Reg<0x038, Rw> {};  // ... and interrupts
};

// Samsung's additions (S3C6410X user's manual, chapter 27; the facts of Linux's driver that ran on the boards).
struct S3cSdhciRegs {
  struct Control2 : Reg<0x080, Rw> {
    using AsyncStatusClear = Field<31>;
    using MaskCommandConflict = Field<30>;
    using FeedbackClockRx = Field<14>;
    using ClockSource = Field<4, 2>;
    static constexpr std::uint32_t kHclk = 0, kSclkMmc = 2;
    using HoldClock = Field<8>;  // a full buffer stops the card's clock
  };
  struct Control3 : Reg<0x084, Rw> {};  // feedback clock delays: below 25 MHz all of them
  static constexpr std::uint32_t kDelays = 0x8080'8080;
  struct Control4 : Reg<0x08c, Rw> {
    using Drive = Field<16, 2>;
    static constexpr std::uint32_t k9mA = 3;
  };
};

}  // namespace mink::drivers
