// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <arch_arm/fault_status.hpp>
#include <initializer_list>

using namespace mink::arch::arm;

namespace {

struct Row {
  std::uint32_t fsr;
  FaultStatus expected;
};

constexpr FaultStatus status(FaultCause cause, unsigned level, bool write = false, bool domain_valid = false,
                             unsigned domain = 0, bool slave_error = false) {
  return {cause, level, write, domain_valid, domain, slave_error};
}

// ARM DDI 0301H, 3.2.15 (DFSR) and table 6-9. 0x8.. is a write, 0x.N. domain N, 0x4.. status bit 4, 0x1...
// SLVERR.
constexpr Row kData[] = {
    {0x0001, status(FaultCause::Alignment, 0)},
    {0x0801, status(FaultCause::Alignment, 0, true)},
    {0x0002, status(FaultCause::DebugEvent, 0)},
    {0x0003, status(FaultCause::AccessFlag, 1)},
    {0x0004, status(FaultCause::CacheMaintenance, 0)},
    {0x0005, status(FaultCause::Translation, 1)},
    {0x0875, status(FaultCause::Translation, 1, true)},  // its domain means nothing
    {0x0006, status(FaultCause::AccessFlag, 2)},
    {0x0007, status(FaultCause::Translation, 2, false, true)},
    {0x0837, status(FaultCause::Translation, 2, true, true, 3)},
    {0x0008, status(FaultCause::External, 0)},
    {0x1808, status(FaultCause::External, 0, true, false, 0, true)},
    {0x000a, status(FaultCause::External, 0)},
    {0x0009, status(FaultCause::Domain, 1, false, true)},
    {0x08fb, status(FaultCause::Domain, 2, true, true, 15)},
    {0x000c, status(FaultCause::ExternalOnWalk, 1)},
    {0x100e, status(FaultCause::ExternalOnWalk, 2, false, false, 0, true)},
    {0x080d, status(FaultCause::Permission, 1, true, true)},
    {0x082f, status(FaultCause::Permission, 2, true, true, 2)},
    {0x0406, status(FaultCause::AsynchronousExternal, 0)},
    {0x1c06, status(FaultCause::AsynchronousExternal, 0, true, false, 0, true)},
    {0x1005, status(FaultCause::Translation, 1)},  // bit 12 belongs to external aborts
    {0x0000, status(FaultCause::None, 0)},
    {0x0405, status(FaultCause::None, 0)},
};

constexpr Row kInstruction[] = {
    {0x0002, status(FaultCause::DebugEvent, 0)},
    {0x0005, status(FaultCause::Translation, 1)},
    {0x0875, status(FaultCause::Translation, 1)},
    {0x0007, status(FaultCause::Translation, 2)},
    {0x000d, status(FaultCause::Permission, 1)},
    {0x00ff, status(FaultCause::Permission, 2)},
    {0x0008, status(FaultCause::External, 0)},
    {0x100c, status(FaultCause::ExternalOnWalk, 1, false, false, 0, true)},
};

constexpr FaultMap kMap{{0xc0008000, 0xc0020000}, {0xc0020000, 0xc0030000}, false};

const char* describe(FaultCause cause, Access access, std::uint32_t address, bool guard = false) {
  FaultMap map = kMap;
  map.stack_guard = guard;
  return describe_fault(status(cause, 1), access, address, map);
}

}  // namespace

TEST_GROUP(FaultStatus){};

TEST(FaultStatus, dfsr_by_the_manuals_table) {
  for (const Row& row : kData) {
    const FaultStatus s = decode_dfsr(row.fsr);
    CHECK_TRUE_TEXT(s == row.expected,
                    StringFromFormat("DFSR %04x", static_cast<unsigned>(row.fsr)).asCharString());
  }
}

TEST(FaultStatus, ifsr_has_neither_write_bit_nor_domain) {
  for (const Row& row : kInstruction) {
    const FaultStatus s = decode_ifsr(row.fsr);
    CHECK_TRUE_TEXT(s == row.expected,
                    StringFromFormat("IFSR %04x", static_cast<unsigned>(row.fsr)).asCharString());
  }
}

TEST(FaultStatus, every_value_decodes_and_has_words) {
  for (std::uint32_t fsr = 0; fsr < 0x2000; ++fsr) {
    const FaultStatus s = decode_dfsr(fsr);
    CHECK(s.level <= 2 && s.domain < 16);
    CHECK(cause_name(s.cause)[0] != '\0');
    for (const Access access : {Access::Read, Access::Write, Access::Execute})
      CHECK(describe_fault(s, access, 0xd0000000, kMap)[0] != '\0');
  }
}

TEST(FaultStatus, null_is_the_first_page_and_no_further) {
  STRCMP_EQUAL("null pointer dereference: read from", describe(FaultCause::Translation, Access::Read, 0));
  STRCMP_EQUAL("null pointer dereference: write to", describe(FaultCause::Translation, Access::Write, 4095));
  STRCMP_EQUAL("call through a null pointer to", describe(FaultCause::Translation, Access::Execute, 8));
  STRCMP_EQUAL("write to unmapped address", describe(FaultCause::Translation, Access::Write, 4096));
}

TEST(FaultStatus, permission_says_what_was_protected) {
  STRCMP_EQUAL("write to read-only text at", describe(FaultCause::Permission, Access::Write, 0xc0008000));
  STRCMP_EQUAL("write to read-only data at", describe(FaultCause::Permission, Access::Write, 0xc0020000));
  STRCMP_EQUAL("write to read-only memory at", describe(FaultCause::Permission, Access::Write, 0xc0030000));
  STRCMP_EQUAL("execution of never-execute data at",
               describe(FaultCause::Permission, Access::Execute, 0xc0030000));
}

TEST(FaultStatus, a_hole_below_a_stack_is_an_overflow) {
  STRCMP_EQUAL("stack overflow: access to the guard at",
               describe(FaultCause::Translation, Access::Write, 0xc0040000, true));
  STRCMP_EQUAL("write to unmapped address",
               describe(FaultCause::Translation, Access::Write, 0xc0040000, false));
}

TEST(FaultStatus, an_asynchronous_abort_has_no_address) {
  CHECK_FALSE(address_valid(FaultCause::AsynchronousExternal));
  CHECK_TRUE(address_valid(FaultCause::External));
}
