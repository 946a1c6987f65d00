// SPDX-License-Identifier: MIT
// The fake CPU: frames, waits and faults are what the test says they are.
#include <base/log.h>
#include <arch/cpu.hpp>
#include <arch/memory.hpp>
#include <arch_impl/fake_cpu.hpp>
#include <csetjmp>
#include <cstring>

namespace mink::fakes {

constinit FakeCpu fake_cpu{};

namespace {
constinit std::jmp_buf* innermost_guard = nullptr;
}

void raise_fault() {
  if (innermost_guard == nullptr) panic("a fault outside run_guarded");
  std::longjmp(*innermost_guard, 1);
}

}  // namespace mink::fakes

namespace mink::arch {

using fakes::fake_cpu;

void wait_for_interrupt() {
  ++fake_cpu.waits;
  if (fake_cpu.on_wait == nullptr) panic("waiting for an interrupt that no test sends");
  fake_cpu.on_wait(fake_cpu.context);
}

void halt() { panic("halted"); }

void backtrace(FrameVisitor visit, void* context, unsigned limit) {
  for (std::size_t i = 0; i < fake_cpu.frame_count && i < limit; ++i) {
    visit(fake_cpu.frames[i], VirtAddr{0x1000 + i * 16}, context);
  }
}

bool run_guarded(void (*body)(void*), void* context) {
  std::jmp_buf here;
  std::jmp_buf* const outer = fakes::innermost_guard;
  if (setjmp(here) != 0) {
    fakes::innermost_guard = outer;
    return true;
  }
  fakes::innermost_guard = &here;
  body(context);
  fakes::innermost_guard = outer;
  return false;
}

}  // namespace mink::arch

extern "C" {

void* clear_words(void* to, std::size_t bytes) {
  if (!mink::is_aligned(mink::virt_of(to).raw(), sizeof(unsigned))) panic("clear_words of %p", to);
  return std::memset(to, 0, bytes);
}
void clear_page(void* page) {
  if (!mink::is_aligned(mink::virt_of(page).raw(), mink::kPageSize)) panic("clear_page of %p", page);
  std::memset(page, 0, mink::kPageSize);
}

void copy_page(void* to, const void* from) {
  const auto both = mink::virt_of(to).raw() | mink::virt_of(from).raw();
  if (!mink::is_aligned(both, mink::kPageSize)) panic("copy_page to %p from %p", to, from);
  std::memcpy(to, from, mink::kPageSize);
}
}
