// SPDX-License-Identifier: MIT
#include "pool/out.hpp"

#include <bit>
#include <cstdint>
#include <utility>

namespace mink::mm {
namespace {

constexpr unsigned kLeastWords = 32, kMostWords = 4096;

unsigned table_words(int min_nr) {
  const auto wanted = 2 * static_cast<unsigned>(min_nr);
  return std::bit_ceil(wanted < kLeastWords ? kLeastWords : wanted > kMostWords ? kMostWords : wanted);
}

unsigned mask_of(const mempool_t& pool) { return ~0u >> pool.out_shift; }

// Fibonacci hashing: neighbours in memory are far apart in the table.
unsigned home(const mempool_t& pool, const void* element) {
  const auto address = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(element) >> 2);
  return (address * 0x9e3779b1u) >> pool.out_shift;
}

void use_table(mempool_t& pool, void** table, unsigned words) {
  for (unsigned i = 0; i < words; ++i) table[i] = nullptr;
  pool.out_table = table;
  pool.out_shift = static_cast<unsigned>(std::countl_zero(words)) + 1;
}

}  // namespace

unsigned MempoolOut::words_behind(int min_nr) { return 1 + table_words(min_nr); }

// Whoever went last, and is no longer the last. nullptr: nobody.
void MempoolOut::list(mempool_t& pool, void*& element) {
  void* const listed = std::exchange(element, nullptr);
  if (listed == nullptr) return;
  ++pool.others_out;
  const unsigned first = home(pool, listed);
  for (unsigned i = 0; i < kReach; ++i) {
    void*& place = pool.out_table[(first + i) & mask_of(pool)];
    if (place != nullptr) continue;
    place = listed;
    return;
  }
  ++pool.uncounted;
}

void* MempoolOut::add(mempool_t& pool, void* given) {
  if (given != nullptr) {
    list(pool, pool.last_out);
    return pool.last_out = given;
  }
  if (pool.curr_nr == 0) return nullptr;
  list_top(pool);
  return pool.elements[--pool.curr_nr];
}

bool MempoolOut::remove(mempool_t& pool, void* element) {
  for (void** const last : {&pool.last_out, &pool.elements[pool.curr_nr]}) {
    if (*last != element) continue;
    *last = nullptr;
    return true;
  }
  const unsigned first = home(pool, element);
  for (unsigned i = 0; i < kReach; ++i) {
    void*& place = pool.out_table[(first + i) & mask_of(pool)];
    if (place != element) continue;
    place = nullptr;
    --pool.others_out;
    return true;
  }
  if (pool.uncounted == 0 || in_reserve(pool, element)) return false;
  --pool.uncounted;
  --pool.others_out;
  return true;
}

void MempoolOut::push(mempool_t& pool, void* element) {
  list_top(pool);
  pool.elements[pool.curr_nr++] = element;
}

void* MempoolOut::pop(mempool_t& pool) {
  void* const element = add(pool, nullptr);
  if (element != nullptr) pool.elements[pool.curr_nr] = nullptr;
  return element;
}

void MempoolOut::move(mempool_t& pool, void** elements, int room) {
  void** const old = pool.out_table;
  const unsigned old_words = old != nullptr ? mask_of(pool) + 1 : 0;
  use_table(pool, elements + room + 1, table_words(room));
  pool.others_out = pool.uncounted;
  for (unsigned i = 0; i < old_words; ++i) list(pool, old[i]);
  int i = 0;
  if (pool.elements != nullptr) {
    for (; i <= pool.curr_nr; ++i) elements[i] = pool.elements[i];
  }
  for (; i <= room; ++i) elements[i] = nullptr;
  pool.elements = elements;
  pool.min_nr = room;
}

void MempoolOut::forget(mempool_t& pool) {
  static constinit void* nothing[1 + 2] = {};
  pool.elements = nothing;
  pool.curr_nr = pool.min_nr = 0;
  pool.last_out = nullptr;
  pool.others_out = pool.uncounted = 0;
  use_table(pool, nothing + 1, 2);
}

bool MempoolOut::in_reserve(const mempool_t& pool, const void* element) {
  for (int i = 0; i < pool.curr_nr; ++i) {
    if (pool.elements[i] == element) return true;
  }
  return false;
}

}  // namespace mink::mm
