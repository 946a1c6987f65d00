// SPDX-License-Identifier: MIT
// operator new of the test image: CppUTest makes its tests with it. The kernel has none.
#include <base/log.h>

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
