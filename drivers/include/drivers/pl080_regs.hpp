// SPDX-License-Identifier: MIT
// ARM PrimeCell DMA controller PL080 (ARM DDI 0196G, chapter 3), and Samsung's PL080S of the S3C6410, whose channels
// have the transfer size in a word of its own.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

struct Pl080Regs {
  struct IntStatus : Reg<0x000, Ro> {};  // 3.4.1: one bit for each channel, here and below
  struct IntTcStatus : Reg<0x004, Ro> {};
  struct IntTcClear : Reg<0x008, Wo> {};
  struct IntErrorStatus : Reg<0x00c, Ro> {};
  struct IntErrClr : Reg<0x010, Wo> {};
  struct EnbldChns : Reg<0x01c, Ro> {};
  struct Configuration : Reg<0x030, Rw> {  // 3.4.13
    using Enable = Field<0>;
  };
  static constexpr unsigned kChannels = 8;
  static constexpr std::size_t kChannel0 = 0x100, kChannelStep = 0x20;

  // Of a channel, from its own base on: 3.4.15 to 3.4.18.
  struct SrcAddr : Reg<0x00, Rw> {};
  struct DestAddr : Reg<0x04, Rw> {};
  struct Lli : Reg<0x08, Rw> {};  // the next item's address; bit 0: by which master
  struct Control : Reg<0x0c, Rw> {
    using Size = Field<0, 12>;  // the PL080's alone: in units of the source's width
    using SrcBurst = Field<12, 3>;
    using DestBurst = Field<15, 3>;
    using SrcWidth = Field<18, 3>;  // 0 byte, 1 half-word, 2 word
    using DestWidth = Field<21, 3>;
    using SrcIncrement = Field<26>;
    using DestIncrement = Field<27>;
    using Privileged = Field<28>;
    using TcInterrupt = Field<31>;
    static constexpr std::uint32_t kBurst4 = 1;  // as much as a channel's FIFO holds
  };
  // A channel's Configuration: memory to memory is flow control 0.
  struct ChannelConfig {
    using Enable = Field<0>;
    using ErrorInterrupt = Field<14>;
    using TcInterrupt = Field<15>;
    using Active = Field<17>;
    using Halt = Field<18>;
  };
};

// What differs: where the configuration is, and where the size.
struct Pl080Layout {
  struct Config : Reg<0x10, Rw>, Pl080Regs::ChannelConfig {};
  static constexpr std::uint32_t kMostUnits = 0xfff;
  static constexpr bool kSizeApart = false;
};
struct Pl080sLayout {
  struct Size : Reg<0x10, Rw> {};
  struct Config : Reg<0x14, Rw>, Pl080Regs::ChannelConfig {};
  static constexpr std::uint32_t kMostUnits = 0x1ffffff;
  static constexpr bool kSizeApart = true;
};

}  // namespace mink::drivers
