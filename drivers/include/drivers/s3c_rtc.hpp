// SPDX-License-Identifier: MIT
// The S3C6410's real time clock, read.
#pragma once
#include <cstdint>
#include <drivers/mmio.hpp>
#include <optional>

namespace mink::drivers {

// S3C6410X User's Manual Rev 1.20, chapter 33. BCD.
struct S3cRtcRegs {
  struct Con : Reg<0x40, Rw> {
    using Open = Field<0>;  // RTCEN: the BCD registers can be read and written
  };
  struct Sec : Reg<0x70, Rw> {};
  struct Min : Reg<0x74, Rw> {};
  struct Hour : Reg<0x78, Rw> {};
  struct Date : Reg<0x7c, Rw> {};
  struct Mon : Reg<0x84, Rw> {};
  struct Year : Reg<0x88, Rw> {};  // two digits: of 2000
};

struct RtcTime {
  unsigned year, month, day, hour, minute, second;  // month and day from 1
  bool operator==(const RtcTime&) const = default;

  // Since 1970-01-01 00:00:00, in the time zone that the clock is set to.
  [[nodiscard]] constexpr std::uint64_t seconds() const {
    // Days by the calendar whose years begin in March: the leap day is the last one of its year.
    const unsigned y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    const std::uint64_t days =
        std::uint64_t{365} * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    constexpr std::uint64_t kTo1970 = 719468;  // from March 1st of year 0
    return ((days - kTo1970) * 24 + hour) * 3600 + minute * 60 + second;
  }
};

// nullopt: what the registers hold is no time (the battery is empty, the clock was never set). Reads twice if a second
// ends meanwhile. The registers answer only while RTCEN is set: it is for as long as that takes.
template <RegisterBus Bus>
std::optional<RtcTime> s3c_rtc_read(Bus bus) {
  using R = S3cRtcRegs;
  const Registers<Bus> rtc{bus};
  bool sound = true;
  const auto number = [&sound](std::uint32_t bcd) {
    bcd &= 0xff;
    sound = sound && (bcd & 0xf) < 10 && bcd >> 4 < 10;
    return (bcd >> 4) * 10 + (bcd & 0xf);
  };
  const std::uint32_t con = rtc.template read<R::Con>();
  rtc.template write<R::Con>(con | R::Con::Open::kMask);
  RtcTime t{};
  std::uint32_t second;
  do {
    second = rtc.template read<R::Sec>();
    t = {2000 + number(rtc.template read<R::Year>()), number(rtc.template read<R::Mon>()),
         number(rtc.template read<R::Date>()),        number(rtc.template read<R::Hour>()),
         number(rtc.template read<R::Min>()),         number(second)};
  } while (rtc.template read<R::Sec>() != second);
  rtc.template write<R::Con>(con);
  sound = sound && t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= 31 && t.hour < 24 &&
          t.minute < 60 && t.second < 60;
  return sound ? std::optional{t} : std::nullopt;
}

}  // namespace mink::drivers
