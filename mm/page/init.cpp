// SPDX-License-Identifier: MIT
// The page allocator's start: zones cut out of memory, what is reserved set aside, the rest made free; and
// the marks.
#include <bit>
#include <cstring>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>
#include <mm/watermark.hpp>

namespace mink::mm {
namespace {

constexpr std::size_t kBlockPages = std::size_t{1} << kMaxOrder;
constexpr std::size_t kListShare = 32;  // the lists hold at most this fraction of their zone
constexpr std::size_t kListSlack = 16;  // free pages above `high` at which the lists close

// Linux 6.1's rule for pcp->high on one CPU: the low mark, and four batches at least.
std::size_t list_places(const Zone& zone) {
  constexpr std::size_t kLeast = 4 * PageAllocator::kRefillPages;
  const std::size_t wanted = zone.mark.low > kLeast ? zone.mark.low : kLeast;
  const std::size_t most = zone.managed / kListShare;
  return wanted < most ? wanted : most;
}

struct Span {
  std::uintptr_t first, end;
};
Span whole_blocks(Pfn start, Pfn end) {
  return {align_down(start.raw(), kBlockPages), align_up(end.raw(), kBlockPages)};
}

// The largest aligned block that begins at `i` and ends at or before `end`.
unsigned fitting_order(std::size_t i, std::size_t end) {
  unsigned order = i == 0 ? kMaxOrder : static_cast<unsigned>(std::countr_zero(i));
  if (order > kMaxOrder) order = kMaxOrder;
  while ((std::size_t{1} << order) > end - i) --order;
  return order;
}

bool in_order(std::span<const PageRange> ranges) {
  Pfn last{0};
  for (const PageRange& r : ranges) {
    if (r.end <= r.start || r.start < last) return false;
    last = r.end;
  }
  return true;
}

}  // namespace

const char* zone_name(ZoneType zone) {
  constexpr const char* kNames[] = {"DMA", "Normal", "HighMem", "Movable"};
  return kNames[static_cast<unsigned>(zone)];
}
const char* migrate_type_name(MigrateType type) {
  constexpr const char* kNames[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic"};
  return kNames[static_cast<unsigned>(type)];
}

std::size_t PageAllocator::storage_bytes(Pfn start, Pfn end) {
  const Span span = whole_blocks(start, end);
  const std::size_t pages = span.end - span.first;
  return align_up(pages * sizeof(page) + pages / kBlockPages, alignof(page_link) * 8);
}

Err PageAllocator::init(const PageAllocatorConfig& config) {
  if (config.memory.empty() || config.storage == nullptr || !in_order(config.memory) ||
      !in_order(config.reserved)) {
    return Err::Inval;
  }
  const Pfn start = config.memory.front().start;
  const Pfn end = config.memory.back().end;
  const Span span = whole_blocks(start, end);
  map_ = static_cast<page*>(config.storage);
  map_pages_ = span.end - span.first;
  first_pfn_ = span.first;
  block_types_ = reinterpret_cast<std::uint8_t*>(map_ + map_pages_);
  std::memset(block_types_, static_cast<int>(MigrateType::Movable), map_pages_ / kBlockPages);

  const auto clamp = [&](Pfn border) {
    return (border < start ? start : border > end ? end : border).raw() - first_pfn_;
  };
  border_[0] = clamp(config.dma_end);
  border_[1] = clamp(config.highmem_start);
  if (border_[1] < border_[0]) border_[1] = border_[0];  // what DMA reaches is linear mapped
  border_[2] = end.raw() - first_pfn_;
  linear_pages_ = border_[1];
  linear_base_ = config.linear_base.raw() - ((config.linear_start.raw() - first_pfn_) << kPageShift);
  page_bias_ = linear_base_ - (reinterpret_cast<std::uintptr_t>(map_) << (kPageShift - 5));
  phys_bias_ = page_bias_ - linear_base_ + (first_pfn_ << kPageShift);

  for (unsigned i = 0; i < page_state::kLists; ++i) {
    PageList& list = lists_[i];
    list.head = {&list.head, &list.head};
    for (FreeList& free : list.free) free.head = {&free.head, &free.head};
    if (i >> 2 < kZones) list.zone = &zones_[i >> 2];
    list.allocated_state = page_state::block(PageKind::Allocated, 0) | i << page_state::kListShift;
  }
  closed_.head = {&closed_.head, &closed_.head};
  add_memory(config);

  list_limit_ = config.list_limit;
  std::size_t lowmem = 0;
  for (unsigned z = 0; z < static_cast<unsigned>(ZoneType::HighMem); ++z) lowmem += zones_[z].managed;
  set_min_free_kbytes(config.min_free_kbytes.value_or(default_min_free_kbytes(lowmem * (kPageSize / 1024))));
  return Err::Ok;
}

// Splits memory at zone borders and around what is reserved.
void PageAllocator::add_memory(const PageAllocatorConfig& config) {
  for (const PageRange& memory : config.memory) {
    std::size_t i = memory.start.raw() - first_pfn_;
    const std::size_t memory_end = memory.end.raw() - first_pfn_;
    std::size_t taken = 0;  // the first reservation that may still matter
    while (i < memory_end) {
      const ZoneType type = zone_at(i);
      Zone& zone = zone_ref(type);
      std::size_t end = memory_end < border_[static_cast<unsigned>(type)]
                            ? memory_end
                            : border_[static_cast<unsigned>(type)];
      while (taken < config.reserved.size() && config.reserved[taken].end.raw() <= first_pfn_ + i) ++taken;
      bool reserved = false;
      if (taken < config.reserved.size()) {
        const PageRange& r = config.reserved[taken];
        reserved = r.start.raw() <= first_pfn_ + i;
        const std::uintptr_t cut = reserved ? r.end.raw() : r.start.raw();
        if (cut < first_pfn_ + end) end = cut - first_pfn_;
      }
      if (zone.present == 0) zone.start = Pfn{first_pfn_ + i};
      zone.end = Pfn{first_pfn_ + end};
      zone.present += end - i;
      const PageRange range{Pfn{first_pfn_ + i}, Pfn{first_pfn_ + end}};
      if (reserved) {
        add_reserved(range);
      } else {
        add_free(range);
      }
      i = end;
    }
  }
}

ZoneType PageAllocator::zone_at(std::size_t i) const {
  return i < border_[0] ? ZoneType::Dma : i < border_[1] ? ZoneType::Normal : ZoneType::HighMem;
}

// Inside one zone.
void PageAllocator::add_free(PageRange range) {
  const std::size_t end = range.end.raw() - first_pfn_;
  for (std::size_t i = range.start.raw() - first_pfn_; i < end;) {
    const unsigned order = fitting_order(i, end);
    const ZoneType zone = zone_at(i);
    const arch::IrqGuard guard;
    put_block(map_ + i, order, zone);
    zone_ref(zone).managed += std::size_t{1} << order;
    i += std::size_t{1} << order;
  }
}

void PageAllocator::add_reserved(PageRange range) {
  const std::size_t end = range.end.raw() - first_pfn_;
  for (std::size_t i = range.start.raw() - first_pfn_; i < end;) {
    const unsigned order = fitting_order(i, end);
    map_[i].state =
        page_state::block(PageKind::Reserved, order) | page_state::place(zone_at(i), MigrateType::Unmovable);
    i += std::size_t{1} << order;
  }
}

// Splits the reserved block that holds page i until one begins there.
void PageAllocator::cut_reserved(std::size_t i) {
  if (i >= map_pages_) return;
  for (;;) {
    page* const head = block_head(map_ + i);
    if (head == nullptr || head == map_ + i || kind_of(*head) != PageKind::Reserved) return;
    const unsigned half = order_of(*head) - 1;
    head->state -= 1u << page_state::kOrderShift;
    head[std::size_t{1} << half].state = head->state;
  }
}

Err PageAllocator::release_reserved(PageRange range) {
  if (range.start.raw() < first_pfn_ || range.end < range.start ||
      range.end.raw() > first_pfn_ + map_pages_) {
    return Err::Inval;
  }
  const std::size_t first = range.start.raw() - first_pfn_;
  const std::size_t end = range.end.raw() - first_pfn_;
  for (std::size_t i = first; i < end; ++i) {
    const page* const head = block_head(map_ + i);
    if (head == nullptr || kind_of(*head) != PageKind::Reserved) return Err::Inval;
  }
  cut_reserved(first);
  cut_reserved(end);
  for (std::size_t i = first; i < end;) {
    const std::size_t pages = std::size_t{1} << order_of(map_[i]);
    map_[i].state = 0;
    add_free({Pfn{first_pfn_ + i}, Pfn{first_pfn_ + i + pages}});
    i += pages;
  }
  update_marks();
  return Err::Ok;
}

void PageAllocator::set_min_free_kbytes(std::size_t kbytes) {
  min_free_kbytes_ = kbytes;
  update_marks();
}

void PageAllocator::update_marks() {
  std::size_t managed[kZones];
  std::size_t lowmem = 0;
  for (unsigned z = 0; z < kZones; ++z) {
    managed[z] = zones_[z].managed;
    if (z != static_cast<unsigned>(ZoneType::HighMem)) lowmem += managed[z];
  }
  for (unsigned z = 0; z < kZones; ++z) {  // closed and empty, so that they may get shorter
    const arch::IrqGuard guard;
    zones_[z].list_limit = 0;
    open_lists(static_cast<ZoneType>(z), false);
  }
  drain_lists();
  const arch::IrqGuard guard;
  for (unsigned z = 0; z < kZones; ++z) {
    Zone& zone = zones_[z];
    const bool high = z == static_cast<unsigned>(ZoneType::HighMem);
    zone.mark =
        min_free_kbytes_ == 0 ? Watermarks{} : zone_watermarks(min_free_kbytes_, managed[z], lowmem, high);
    for (unsigned wanted = 0; wanted <= kZones; ++wanted)
      zone.lowmem_reserve[wanted] = lowmem_reserve(managed, z, wanted);
    zone.list_limit = static_cast<int>(list_limit_.has_value() ? *list_limit_ : list_places(zone));
    zone.short_below = zone.mark.high + kListSlack;
    zone.open_above = zone.short_below + kListSlack + static_cast<std::size_t>(zone.list_limit);
    open_lists(static_cast<ZoneType>(z), zone.list_limit != 0 && zone.free_pages >= zone.short_below);
  }
}

void PageAllocator::set_failures(FailureSource* source) {
  const arch::IrqGuard guard;
  failures_ = source;
  choose_lists();
}

// Which list a mask's placement bits lead to first: that of the highest zone allowed that has memory, unless
// its lists are closed, or every allocation is to ask whether it shall fail.
void PageAllocator::choose_lists() {
  for (gfp_t bits = 0; bits <= kPlacementMask; ++bits) {
    unsigned z = static_cast<unsigned>(zone_of_gfp(zones_[0].populated() ? bits : without_dma_zone(bits)));
    while (z != 0 && zones_[z].managed == 0) --z;
    preferred_[bits] = zones_[z].is_short || failures_ != nullptr
                           ? &closed_
                           : &list_ref(static_cast<ZoneType>(z), migrate_type_of(bits));
  }
}

}  // namespace mink::mm
