// SPDX-License-Identifier: MIT
// Memory of CppUTest itself: its strings, its registry of filters. Not kmalloc, which is under test.
#include "target/arena.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <new>

namespace mink::target {
namespace {

// Blocks of 2^n bytes with a header, kept in one list per size when freed. CppUTest needs few and small ones,
// again and again; so nothing is ever joined or given back.
struct Block {
  std::size_t order;
  Block* next_free;
};

constexpr std::size_t kHeader = 16;
constexpr std::size_t kMinOrder = 5;

alignas(16) constinit std::array<std::byte, std::size_t{512} << 10> arena{};
constinit std::size_t used = 0;
constinit std::array<Block*, 32> free_blocks{};

Block* block_of(void* memory) {
  return static_cast<Block*>(static_cast<void*>(static_cast<std::byte*>(memory) - kHeader));
}

}  // namespace

void* arena_alloc(std::size_t size) {
  if (size > arena.size()) return nullptr;
  std::size_t order = static_cast<std::size_t>(std::bit_width(size + kHeader - 1));
  if (order < kMinOrder) order = kMinOrder;
  Block* block = free_blocks[order];
  if (block != nullptr) {
    free_blocks[order] = block->next_free;
  } else {
    const std::size_t bytes = std::size_t{1} << order;
    if (bytes > arena.size() - used) return nullptr;
    block = ::new (&arena[used]) Block{order, nullptr};
    used += bytes;
  }
  return reinterpret_cast<std::byte*>(block) + kHeader;
}

void arena_free(void* memory) {
  if (memory == nullptr) return;
  Block* block = block_of(memory);
  block->next_free = free_blocks[block->order];
  free_blocks[block->order] = block;
}

void* arena_realloc(void* memory, std::size_t size) {
  void* moved = arena_alloc(size);
  if (memory != nullptr && moved != nullptr) {
    const std::size_t old_size = (std::size_t{1} << block_of(memory)->order) - kHeader;
    std::memcpy(moved, memory, old_size < size ? old_size : size);
    arena_free(memory);
  }
  return moved;
}

}  // namespace mink::target
