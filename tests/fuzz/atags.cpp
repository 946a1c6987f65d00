// SPDX-License-Identifier: MIT
// What a boot loader leaves: any bytes. The first two say where in the window the list is said to be.
#include <kernel/atags.hpp>

#include "fuzz/fuzz.hpp"

using namespace mink;
using kernel::MemoryBank;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr MemoryBank kPossible[] = {{PhysAddr{0x50000000}, 0x10000000}};
  constexpr MemoryBank kFallback[] = {{PhysAddr{0x50000000}, 0x4000000}};
  constexpr PhysAddr kStart{0x50000000};
  const std::size_t at = data[0] | data[1] << 8;
  const fuzz::Exact window{data + 2, size - 2};
  const std::string_view whole = window.text();
  char text[1024];
  BufferSink report{text};
  const kernel::BootData boot =
      kernel::parse_atags({kStart, std::as_bytes(std::span{whole.data(), whole.size()})}, kStart + at,
                          {kPossible, kFallback}, report);
  fuzz::must(!boot.memory.empty());
  std::uint64_t end = 0;
  for (const MemoryBank& bank : boot.memory.banks()) {
    fuzz::must(bank.start.raw() >= end && bank.size != 0 &&
               is_aligned(bank.start.raw() | bank.size, kPageSize));
    fuzz::must(bank.start >= kPossible[0].start && bank.end() <= kPossible[0].end());
    end = bank.end();
  }
  fuzz::must(fuzz::inside(whole, boot.command_line));
  if (boot.initrd.size != 0) fuzz::must(boot.memory.contains(boot.initrd.start, boot.initrd.size));
  if (boot.list.size != 0)
    fuzz::must(boot.list.start >= kStart && boot.list.end() <= kStart.raw() + whole.size());
  return 0;
}
