// SPDX-License-Identifier: MIT
#include <arch_arm/fault_status.hpp>

namespace mink::arch::arm {
namespace {

struct Code {
  FaultCause cause;
  unsigned level;
};

// ARM DDI 0301H, table 6-9 (and S3C6410-FACTS section 9).
constexpr Code decode_code(unsigned code) {
  switch (code) {
    case 0x01:
      return {FaultCause::Alignment, 0};
    case 0x02:
      return {FaultCause::DebugEvent, 0};
    case 0x03:
      return {FaultCause::AccessFlag, 1};
    case 0x04:
      return {FaultCause::CacheMaintenance, 0};
    case 0x05:
      return {FaultCause::Translation, 1};
    case 0x06:
      return {FaultCause::AccessFlag, 2};
    case 0x07:
      return {FaultCause::Translation, 2};
    case 0x08:
    case 0x0a:
      return {FaultCause::External, 0};
    case 0x09:
      return {FaultCause::Domain, 1};
    case 0x0b:
      return {FaultCause::Domain, 2};
    case 0x0c:
      return {FaultCause::ExternalOnWalk, 1};
    case 0x0d:
      return {FaultCause::Permission, 1};
    case 0x0e:
      return {FaultCause::ExternalOnWalk, 2};
    case 0x0f:
      return {FaultCause::Permission, 2};
    case 0x16:
      return {FaultCause::AsynchronousExternal, 0};
    default:
      return {FaultCause::None, 0};
  }
}

constexpr unsigned status_code(std::uint32_t fsr) { return (fsr >> 10 & 1) << 4 | (fsr & 0xf); }

constexpr bool is_external(FaultCause cause) {
  return cause == FaultCause::External || cause == FaultCause::ExternalOnWalk ||
         cause == FaultCause::AsynchronousExternal;
}

// "read from", "write to", "execution of" in front of a place.
constexpr const char* pick(Access access, const char* read, const char* write, const char* execute) {
  return access == Access::Read ? read : access == Access::Write ? write : execute;
}

}  // namespace

FaultStatus decode_dfsr(std::uint32_t dfsr) {
  const Code code = decode_code(status_code(dfsr));
  FaultStatus s{};
  s.cause = code.cause;
  s.level = code.level;
  s.write = (dfsr >> 11 & 1) != 0;
  // A level-1 translation fault has no descriptor to take a domain from.
  s.domain_valid = code.cause == FaultCause::Domain || code.cause == FaultCause::Permission ||
                   (code.cause == FaultCause::Translation && code.level == 2);
  s.domain = s.domain_valid ? dfsr >> 4 & 0xf : 0;
  s.slave_error = is_external(code.cause) && (dfsr >> 12 & 1) != 0;
  return s;
}

FaultStatus decode_ifsr(std::uint32_t ifsr) {
  const Code code = decode_code(status_code(ifsr));
  FaultStatus s{};
  s.cause = code.cause;
  s.level = code.level;
  s.slave_error = is_external(code.cause) && (ifsr >> 12 & 1) != 0;
  return s;
}

const char* cause_name(FaultCause cause) {
  switch (cause) {
    case FaultCause::None:
      return "unknown";
    case FaultCause::Alignment:
      return "alignment";
    case FaultCause::DebugEvent:
      return "debug event";
    case FaultCause::AccessFlag:
      return "access flag";
    case FaultCause::CacheMaintenance:
      return "cache maintenance";
    case FaultCause::Translation:
      return "translation";
    case FaultCause::Domain:
      return "domain";
    case FaultCause::Permission:
      return "permission";
    case FaultCause::External:
      return "external abort";
    case FaultCause::ExternalOnWalk:
      return "external abort on table walk";
    case FaultCause::AsynchronousExternal:
      return "asynchronous external abort";
  }
  return "unknown";
}

const char* level_name(unsigned level) { return level == 1 ? "section" : level == 2 ? "page" : ""; }

bool address_valid(FaultCause cause) {
  return cause != FaultCause::AsynchronousExternal && cause != FaultCause::DebugEvent;
}

const char* describe_fault(const FaultStatus& status, Access access, std::uint32_t address,
                           const FaultMap& map) {
  switch (status.cause) {
    case FaultCause::Translation:
      if (map.stack_guard) return "stack overflow: access to the guard at";
      if (address < 4096) {
        return pick(access, "null pointer dereference: read from", "null pointer dereference: write to",
                    "call through a null pointer to");
      }
      return pick(access, "read from unmapped address", "write to unmapped address",
                  "execution of unmapped address");
    case FaultCause::Permission:
      if (access == Access::Execute) return "execution of never-execute data at";
      if (access == Access::Write && map.text.holds(address)) return "write to read-only text at";
      if (access == Access::Write && map.rodata.holds(address)) return "write to read-only data at";
      return pick(access, "forbidden read from", "write to read-only memory at", "");
    case FaultCause::Alignment:
      return pick(access, "unaligned read from", "unaligned write to", "unaligned execution of");
    case FaultCause::Domain:
      return pick(access, "read from a forbidden domain at", "write to a forbidden domain at",
                  "execution in a forbidden domain at");
    case FaultCause::External:
    case FaultCause::ExternalOnWalk:
      return pick(access, "no answer from the bus: read from", "no answer from the bus: write to",
                  "no answer from the bus: execution of");
    case FaultCause::AsynchronousExternal:
      return "no answer from the bus to an earlier write; last address";
    default:
      return pick(access, "fault on read from", "fault on write to", "fault on execution of");
  }
}

}  // namespace mink::arch::arm
