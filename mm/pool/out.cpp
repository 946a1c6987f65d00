// SPDX-License-Identifier: MIT
#include "pool/out.hpp"

#include <bit>
#include <cstdint>

namespace mink::mm {
namespace {

constexpr unsigned kLeastWords = 32, kMostWords = 4096;

// Fibonacci hashing: neighbours in memory are far apart in the table.
unsigned home(const mempool_t& pool, const void* element) {
  const auto address = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(element) >> 2);
  return (address * 0x9e3779b1u) >> pool.out_shift;
}

}  // namespace

unsigned MempoolOut::table_words(int min_nr) {
  const auto wanted = 2 * static_cast<unsigned>(min_nr);
  return std::bit_ceil(wanted < kLeastWords ? kLeastWords : wanted > kMostWords ? kMostWords : wanted);
}

void MempoolOut::list(mempool_t& pool, void* element) {
  ++pool.others_out;
  const unsigned mask = ~0u >> pool.out_shift, first = home(pool, element);
  for (unsigned i = 0; i < kReach; ++i) {
    void*& place = pool.out_table[(first + i) & mask];
    if (place != nullptr) continue;
    place = element;
    return;
  }
  ++pool.uncounted;
}

bool MempoolOut::unlist(mempool_t& pool, void* element) {
  const unsigned mask = ~0u >> pool.out_shift, first = home(pool, element);
  for (unsigned i = 0; i < kReach; ++i) {
    void*& place = pool.out_table[(first + i) & mask];
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

void MempoolOut::move(mempool_t& pool, void** table, unsigned words) {
  void** const old = pool.out_table;
  const unsigned old_words = old != nullptr ? (~0u >> pool.out_shift) + 1 : 0;
  for (unsigned i = 0; i < words; ++i) table[i] = nullptr;
  pool.out_table = table;
  pool.out_shift = static_cast<unsigned>(std::countl_zero(words)) + 1;
  pool.others_out = pool.uncounted;
  for (unsigned i = 0; i < old_words; ++i) {
    if (old[i] != nullptr) list(pool, old[i]);
  }
}

bool MempoolOut::in_reserve(const mempool_t& pool, const void* element) {
  for (int i = 0; i < pool.curr_nr; ++i) {
    if (pool.elements[i] == element) return true;
  }
  return false;
}

}  // namespace mink::mm
