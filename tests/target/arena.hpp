// SPDX-License-Identifier: MIT
// CppUTest's own memory on the target.
#pragma once
#include <cstddef>

namespace mink::target {

// As malloc, realloc and free; 16-byte aligned; nullptr if the arena of 512 KB is full. One thread.
void* arena_alloc(std::size_t size);
void* arena_realloc(void* memory, std::size_t size);
void arena_free(void* memory);

}  // namespace mink::target
