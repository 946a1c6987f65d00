// SPDX-License-Identifier: MIT
// ARM PrimeCell UART (PL011). ARM DDI 0183G, chapter 3.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

struct Pl011Regs {
  struct Dr : Reg<0x000, Rw> {  // 3.3.1
    using Data = Field<0, 8>;
    using Error = Field<8, 4>;  // framing, parity, break, overrun
  };
  struct Fr : Reg<0x018, Ro> {  // 3.3.3
    using Busy = Field<3>;
    using RxEmpty = Field<4>;
    using TxFull = Field<5>;
  };
  struct Ibrd : Reg<0x024, Rw> {};  // 3.3.5: baud divisor, whole part
  struct Fbrd : Reg<0x028, Rw> {};  // 3.3.6: ... and 1/64ths
  struct LcrH : Reg<0x02c, Rw> {    // 3.3.7
    using FifoEnable = Field<4>;
    using WordLength = Field<5, 2>;  // 3: eight bits
  };
  struct Cr : Reg<0x030, Rw> {  // 3.3.8
    using Enable = Field<0>;
    using TxEnable = Field<8>;
    using RxEnable = Field<9>;
  };
  struct Ifls : Reg<0x034, Rw> {  // 3.3.9: FIFO levels that interrupt
    using Rx = Field<3, 3>;
  };
  struct Ints {  // the same bits in 3.3.10 to 3.3.13
    using Rx = Field<4>;
    using Tx = Field<5>;
    using RxTimeout = Field<6>;
    using Errors = Field<7, 4>;
    static constexpr std::uint32_t kReceive = Rx::kMask | RxTimeout::kMask;
    static constexpr std::uint32_t kAll = 0x7ff;
  };
  struct Imsc : Reg<0x038, Rw> {};
  struct Ris : Reg<0x03c, Ro> {};
  struct Mis : Reg<0x040, Ro> {};
  struct Icr : Reg<0x044, Wo> {};
};

}  // namespace mink::drivers
