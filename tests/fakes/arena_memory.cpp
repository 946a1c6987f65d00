// SPDX-License-Identifier: MIT
// Memory of test arenas on the host: from the C library.
#include <base/log.h>

#include <cstdlib>

#include "fakes/test_arena.hpp"

namespace mink::fakes {

void* take_arena_memory(std::size_t bytes, std::size_t align) {
  void* const memory = std::aligned_alloc(align, align_up(bytes, align));
  if (memory == nullptr) panic("test arena: no memory\n");
  return memory;
}

void give_arena_memory(void* memory, std::size_t) { std::free(memory); }

}  // namespace mink::fakes
