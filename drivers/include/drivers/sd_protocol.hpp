// SPDX-License-Identifier: MIT
// The SD card protocol as arithmetic: commands, state bits, and what the card's registers say.
// SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00.
#pragma once
#include <cstdint>

namespace mink::drivers::sd {

enum Command : unsigned {  // table 4-18 and following
  kGoIdle = 0,
  kAllSendCid = 2,
  kSendRelativeAddress = 3,
  kSelect = 7,
  kSendIfCond = 8,
  kSendCsd = 9,
  kStop = 12,
  kSendStatus = 13,
  kSetBlockLength = 16,
  kRead = 17,
  kReadMany = 18,
  kWrite = 24,
  kWriteMany = 25,
  kAppCommand = 55,
  kAppOpCond = 41,  // behind kAppCommand
};

// 4.3.13: 2.7 to 3.6 V, and a pattern that the card repeats.
inline constexpr std::uint32_t kIfCond = 0x1aa;
// 5.1: the voltages that we give (2.7 to 3.6 V), cards above 2 GB, power-up done.
inline constexpr std::uint32_t kOcrVoltages = 0x00ff'8000, kOcrHighCapacity = 1u << 30, kOcrReady = 1u << 31;

// 4.10.1, table 4-36: the card's status.
inline constexpr std::uint32_t kStatusErrors = 0xfdf9'0008 & ~(1u << 25);  // without CARD_IS_LOCKED
inline constexpr std::uint32_t kReadyForData = 1u << 8;
constexpr unsigned state_of(std::uint32_t status) { return (status >> 9) & 15; }
inline constexpr unsigned kTransfer = 4, kSending = 5, kReceiving = 6, kProgramming = 7;

// Bits high..low (at most 32) of a 128-bit answer.
constexpr std::uint32_t bits(const std::uint32_t (&answer)[4], unsigned high, unsigned low) {
  std::uint32_t value = 0;
  for (unsigned i = high + 1; i-- > low;) value = value << 1 | (answer[3 - i / 32] >> (i % 32) & 1);
  return value;
}

// Sectors of 512 bytes by the CSD register (5.3); 0: of no version that we know.
constexpr std::uint32_t sectors_of(const std::uint32_t (&csd)[4]) {
  switch (bits(csd, 127, 126)) {
    case 0: {  // 5.3.2
      const unsigned shift = bits(csd, 49, 47) + 2 + bits(csd, 83, 80);
      return shift < 9 ? 0 : (bits(csd, 73, 62) + 1) << (shift - 9);
    }
    case 1:  // 5.3.3: in units of 512 KB
      return (bits(csd, 69, 48) + 1) << 10;
    default:
      return 0;
  }
}

}  // namespace mink::drivers::sd
