// SPDX-License-Identifier: MIT
// ARM PrimeCell Multimedia Card Interface (PL181). ARM DDI 0205B, chapter 3.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

struct Pl181Regs {
  struct Power : Reg<0x000, Rw> {  // 3.3.1
    using Ctrl = Field<0, 2>;
    static constexpr std::uint32_t kOff = 0, kUp = 2, kOn = 3;
  };
  struct Clock : Reg<0x004, Rw> {  // 3.3.2: MCICLK = MCLK / (2 (ClkDiv + 1)), or MCLK with Bypass
    using ClkDiv = Field<0, 8>;
    using Enable = Field<8>;
  };
  struct Argument : Reg<0x008, Rw> {};  // 3.3.3
  struct Command : Reg<0x00c, Rw> {     // 3.3.4: a write with Enable sends it
    using Index = Field<0, 6>;
    using Response = Field<6>;
    using LongRsp = Field<7>;
    using Enable = Field<10>;
  };
  struct RespCommand : Reg<0x010, Ro> {};  // 3.3.5
  template <unsigned N>
  struct Response : Reg<0x014 + 4 * N, Ro> {};  // 3.3.6: 0 has the highest bits
  struct DataTimer : Reg<0x024, Rw> {};         // 3.3.7: in card clocks
  struct DataLength : Reg<0x028, Rw> {          // 3.3.8: bytes
    using Bytes = Field<0, 16>;
  };
  struct DataCtrl : Reg<0x02c, Rw> {  // 3.3.9: a write with Enable starts the data path
    using Enable = Field<0>;
    using FromCard = Field<1>;
    using BlockSize = Field<4, 4>;  // power of two
  };
  struct DataCnt : Reg<0x030, Ro> {};  // 3.3.10
  struct Bits {                        // the same in 3.3.11 to 3.3.13
    using CmdCrcFail = Field<0>;
    using DataCrcFail = Field<1>;
    using CmdTimeOut = Field<2>;
    using DataTimeOut = Field<3>;
    using TxUnderrun = Field<4>;
    using RxOverrun = Field<5>;
    using CmdRespEnd = Field<6>;
    using CmdSent = Field<7>;
    using DataEnd = Field<8>;
    using StartBitErr = Field<9>;
    using TxFifoHalfEmpty = Field<14>;  // 8 places or more
    using RxFifoHalfFull = Field<15>;   // 8 words or more
    using RxDataAvlbl = Field<21>;
    static constexpr std::uint32_t kDataErrors =
        DataCrcFail::kMask | DataTimeOut::kMask | TxUnderrun::kMask | RxOverrun::kMask | StartBitErr::kMask;
    static constexpr std::uint32_t kCommandErrors = CmdCrcFail::kMask | CmdTimeOut::kMask;
    static constexpr std::uint32_t kStatic = 0x7ff;  // stay until cleared; the others follow the hardware
  };
  struct Status : Reg<0x034, Ro> {};
  struct Clear : Reg<0x038, Wo> {};
  struct Mask0 : Reg<0x03c, Rw> {};  // what raises MCIINTR0
  struct Mask1 : Reg<0x040, Rw> {};  // ... MCIINTR1
  struct Fifo : Reg<0x080, Rw> {};   // 3.3.16: 16 places, each of its 16 addresses is the same
  static constexpr unsigned kFifoWords = 16, kHalfFifo = 8;
};

}  // namespace mink::drivers
