// SPDX-License-Identifier: MIT
// What a fault was: the fault status registers in words, and what that means in mink's address map.
// Arithmetic alone.
#pragma once
#include <cstdint>

namespace mink::arch::arm {

// ARM DDI 0301H, 6.9.4: status is {bit 10, bits 3:0}.
enum class FaultCause : std::uint8_t {
  None,  // 0, and codes that the ARM1176 does not have
  Alignment,
  DebugEvent,
  AccessFlag,
  CacheMaintenance,
  Translation,
  Domain,
  Permission,
  External,
  ExternalOnWalk,
  AsynchronousExternal,
};

struct FaultStatus {
  FaultCause cause;
  unsigned level;  // of the descriptor: 1 a section's, 2 a page's, 0 none
  bool write;      // data faults only
  bool domain_valid;
  unsigned domain;
  bool slave_error;  // of an external abort: SLVERR, else DECERR (bit 12)
  constexpr bool operator==(const FaultStatus&) const = default;
};

FaultStatus decode_dfsr(std::uint32_t dfsr);
// Has no write bit and no domain.
FaultStatus decode_ifsr(std::uint32_t ifsr);

// "translation", "permission", ...: never null.
const char* cause_name(FaultCause cause);
// "section" or "page", "" for 0.
const char* level_name(unsigned level);

enum class Access : std::uint8_t { Read, Write, Execute };

// Half-open, in virtual addresses.
struct Range {
  std::uint32_t start, end;
  [[nodiscard]] constexpr bool holds(std::uint32_t a) const { return a >= start && a < end; }
};

// What the report of a fault needs to know of the map.
struct FaultMap {
  Range text, rodata;
  bool stack_guard;  // the address lies in a stack's guard
};

// One phrase to put before the address: "null pointer dereference: read from", "write to read-only text at",
// ...
const char* describe_fault(const FaultStatus& status, Access access, std::uint32_t address,
                           const FaultMap& map);

// The address register tells where it was: not after an asynchronous abort or a debug event.
bool address_valid(FaultCause cause);

}  // namespace mink::arch::arm
