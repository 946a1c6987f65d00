// SPDX-License-Identifier: MIT
// Banks and reservations: two small sorted tables.
#include <base/assert.hpp>
#include <cstring>
#include <mm/early_memory.hpp>

namespace mink::mm {
namespace {

// [start, start + size) without wrapping; false if it wraps or is empty.
bool extent(PhysAddr start, std::size_t size, PhysAddr& end) {
  end = start + size;
  return size != 0 && end > start;
}

void remove_at(EarlyRange* table, std::size_t& count, std::size_t at) {
  for (std::size_t i = at + 1; i < count; ++i) table[i - 1] = table[i];
  --count;
}

}  // namespace

Err EarlyMemory::add_bank(PhysAddr start, std::size_t size) {
  PhysAddr end;
  if (!extent(start, size, end)) return Err::Inval;
  PhysAddr first{align_up(start.raw(), kPageSize)};
  PhysAddr last{align_down(end.raw(), kPageSize)};
  if (first < start || first >= last) return Err::Inval;
  // Swallows every bank that it touches.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < bank_count_; ++i) {
    const EarlyRange& bank = banks_[i];
    if (bank.start <= last && first <= bank.end) {
      if (bank.start < first) first = bank.start;
      if (bank.end > last) last = bank.end;
    } else {
      banks_[kept++] = bank;
    }
  }
  bank_count_ = kept;
  if (bank_count_ == kMaxBanks) return Err::NoSpace;
  std::size_t at = bank_count_++;
  for (; at > 0 && banks_[at - 1].start > first; --at) banks_[at] = banks_[at - 1];
  banks_[at] = {first, last, nullptr};
  return Err::Ok;
}

void EarlyMemory::limit(std::size_t bytes) {
  bytes = align_down(bytes, kPageSize);
  for (std::size_t i = 0; i < bank_count_; ++i) {
    if (banks_[i].size() >= bytes) {
      banks_[i].end = banks_[i].start + bytes;
      bank_count_ = bytes != 0 ? i + 1 : i;
      return;
    }
    bytes -= banks_[i].size();
  }
}

Err EarlyMemory::insert_reservation(PhysAddr start, PhysAddr end, const char* name) {
  if (reserved_count_ == kMaxReservations) return Err::NoSpace;
  std::size_t at = reserved_count_++;
  for (; at > 0 && reserved_[at - 1].start > start; --at) reserved_[at] = reserved_[at - 1];
  reserved_[at] = {start, end, name};
  return Err::Ok;
}

Err EarlyMemory::reserve(PhysAddr start, std::size_t size, const char* name) {
  PhysAddr end;
  if (!extent(start, size, end)) return Err::Inval;
  // The gaps that the present reservations leave of it, from the left.
  PhysAddr at = start;
  while (at < end) {
    PhysAddr gap_end = end;
    bool covered = false;
    for (std::size_t i = 0; i < reserved_count_; ++i) {
      const EarlyRange& r = reserved_[i];
      if (r.start <= at && at < r.end) {
        at = r.end;
        covered = true;
        break;
      }
      if (r.start > at && r.start < gap_end) gap_end = r.start;
    }
    if (covered) continue;
    if (const Err e = insert_reservation(at, gap_end, name); !ok(e)) return e;
    at = gap_end;
  }
  return Err::Ok;
}

std::optional<PhysAddr> EarlyMemory::allocate(std::size_t size, std::size_t align, const char* name,
                                              From side, PhysAddr from, PhysAddr to) {
  if (size == 0 || (align & (align - 1)) != 0) return std::nullopt;
  if (align == 0) align = 1;
  std::optional<PhysAddr> best;
  for (std::size_t b = 0; b < bank_count_; ++b) {
    // Free stretches of the bank, between one reservation and the next.
    PhysAddr low = banks_[b].start < from ? from : banks_[b].start;
    const PhysAddr high = banks_[b].end < to ? banks_[b].end : to;
    for (std::size_t r = 0; r <= reserved_count_ && low < high; ++r) {
      PhysAddr stop = high;
      PhysAddr next = high;
      if (r < reserved_count_) {
        if (reserved_[r].end <= low) continue;
        if (reserved_[r].start < stop) stop = reserved_[r].start, next = reserved_[r].end;
      }
      if (stop > low && stop - low >= size) {
        const PhysAddr at{side == From::Bottom ? align_up(low.raw(), align)
                                               : align_down(stop.raw() - size, align)};
        if (at >= low && at <= stop && stop - at >= size) {
          best = at;
          if (side == From::Bottom) break;
        }
      }
      low = next;
    }
    if (best && side == From::Bottom) break;
  }
  if (!best || !ok(insert_reservation(*best, *best + size, name))) return std::nullopt;
  return best;
}

Err EarlyMemory::release(const char* name) {
  for (std::size_t i = 0; i < reserved_count_; ++i) {
    if (reserved_[i].name == name || std::strcmp(reserved_[i].name, name) == 0) {
      remove_at(reserved_, reserved_count_, i);
      return Err::Ok;
    }
  }
  return Err::NoEnt;
}

std::size_t EarlyMemory::bank_bytes() const {
  std::size_t bytes = 0;
  for (const EarlyRange& bank : banks()) bytes += bank.size();
  return bytes;
}

}  // namespace mink::mm
