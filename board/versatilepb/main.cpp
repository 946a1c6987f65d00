// SPDX-License-Identifier: MIT
// The first sign of life, until the composition root stands here.
#include <arch/boot_info.hpp>
#include <arch_arm/layout.hpp>
#include <board/memory_map.hpp>

using namespace mink;

namespace {

void put(const char* text) {
  const VirtAddr uart = arch::arm::kBootDevice + (board::kUart0 - board::kBootDevicePhys);
  for (; *text != '\0'; ++text) *ptr_of<volatile std::uint32_t>(uart) = static_cast<unsigned char>(*text);
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(const arch::BootInfo& info) {
  put("mink on ");
  put(board::kName);
  put(info.atags == board::kAtags ? ", ATAGs where expected\r\n" : ", no ATAGs\r\n");
  for (;;) {
  }
}
