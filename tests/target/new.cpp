// SPDX-License-Identifier: MIT
// operator new of the test image: CppUTest makes its tests with it. The kernel has none.
#include <base/log.h>

#include <cstdint>
#include <new>

#include "target/arena.hpp"

namespace {

void* must_have(std::size_t size) {
  void* memory = mink::target::arena_alloc(size);
  if (memory == nullptr)
    panic("the tests' arena is full: %u more bytes wanted\n", static_cast<unsigned>(size));
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return must_have(size); }
void* operator new[](std::size_t size) { return must_have(size); }
void operator delete(void* memory) noexcept { mink::target::arena_free(memory); }
void operator delete[](void* memory) noexcept { mink::target::arena_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { mink::target::arena_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { mink::target::arena_free(memory); }

// For tests that hold an allocator, whose hot parts are aligned to cache lines: the word before is the arena's pointer.
void* operator new(std::size_t size, std::align_val_t align) {
  const auto mask = static_cast<std::size_t>(align) - 1;
  auto* const memory = static_cast<char*>(must_have(size + mask + sizeof(void*)));
  const std::uintptr_t aligned = (reinterpret_cast<std::uintptr_t>(memory) + sizeof(void*) + mask) & ~mask;
  reinterpret_cast<void**>(aligned)[-1] = memory;
  return reinterpret_cast<void*>(aligned);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  if (memory != nullptr) mink::target::arena_free(static_cast<void**>(memory)[-1]);
}
void operator delete(void* memory, std::size_t, std::align_val_t align) noexcept {
  operator delete(memory, align);
}
