// SPDX-License-Identifier: MIT
// The unwinder over the kernel's own tables and its live memory.
#include <arch/cpu.hpp>
#include <arch_arm/live_tables.hpp>
#include <arch_arm/unwind.hpp>
#include <base/sections.hpp>

#include "exception.hpp"

extern "C" {
extern char __exidx_start[], __exidx_end[];
void mink_capture(std::uint32_t* r);
}

namespace mink::arch {

namespace arm {
namespace {

std::uint32_t address(const char* symbol) { return reinterpret_cast<std::uint32_t>(symbol); }

bool read(std::uint32_t at, std::uint32_t& word, void*) { return probe_word(VirtAddr{at}, word); }

}  // namespace

bool probe_word(VirtAddr va, std::uint32_t& word) {
  if (va < kKernelHalf || !is_aligned(va.raw(), sizeof word)) return false;
  const Decoded d = live_tables().lookup(va);
  if (!d.maps() || attr_of(d).type > MemType::NormalNonCached) return false;
  word = *ptr_of<const volatile std::uint32_t>(va);
  return true;
}

bool unwind_step(UnwindState& state) {
  static constexpr auto kRead = read;
  const UnwindTables tables{address(__exidx_start),
                            address(__exidx_end),
                            address(__text_start),
                            address(__text_end),
                            kRead,
                            nullptr};
  return unwind_step(state, tables);
}

}  // namespace arm

[[gnu::noinline]] void backtrace(FrameVisitor visit, void* context, unsigned limit) {
  arm::UnwindState state;
  mink_capture(state.r);  // of this very function: the first step leads to its caller
  for (unsigned i = 0; i < limit && arm::unwind_step(state); ++i)
    visit(VirtAddr{state.pc()}, VirtAddr{state.sp()}, context);
}

}  // namespace mink::arch
