// SPDX-License-Identifier: MIT
#include "stress/model/machine.hpp"

#include <base/assert.hpp>
#include <cstdlib>
#include <sync/preempt.hpp>

namespace mink::stress {

Machine::Machine(const MachineOptions& options) : options_{options} {
  const std::size_t align = kPageSize << mm::kMaxOrder;
  const std::size_t total = (options.skip_pages + options.pages) << kPageShift;
  memory_ = static_cast<unsigned char*>(std::aligned_alloc(align, align_up(total, align)));
  const Pfn start = Pfn{kStart} + options.skip_pages;
  const Pfn end = start + options.pages;
  const std::size_t storage_bytes = align_up(mm::PageAllocator::storage_bytes(start, end), kPageSize);
  void* const storage = std::aligned_alloc(kPageSize, storage_bytes);
  MINK_ASSERT(memory_ != nullptr && storage != nullptr);
  std::memset(memory_, 0xA5, total);
  std::memset(storage, 0, storage_bytes);
  const mm::PageRange memory[] = {{start, end}};
  std::vector<mm::PageRange> reserved;
  for (std::size_t f = options.reserved_every; f != 0 && f < options.pages; f += options.reserved_every)
    reserved.push_back({start + f, start + f + 1});
  mm::PageAllocatorConfig config;
  config.memory = memory;
  config.reserved = reserved;
  config.storage = storage;
  config.linear_base = virt_of(memory_);
  config.linear_start = Pfn{kStart};
  config.dma_end = start + options.dma_pages;
  config.highmem_start = end - options.high_pages;
  config.min_free_kbytes = options.min_free_kbytes;
  config.list_limit = options.list_limit;
  MINK_ASSERT(ok(pages().init(config)));
  pages().set_window(this);
  pages().begin_context_checks();
}

void Machine::check() {
  char text[512];
  BufferSink why{text};
  MINK_EXPECT(mm::kernel_memory().slab.check(why) && pages().check(why), "check: %s", text);
}

void Machine::finish() {
  MINK_EXPECT(ok(mm::kernel_memory().slab.shut_down()), "objects are missing at the end");
  pages().drain_lists();
  MINK_EXPECT(pages().free_pages() == pages().managed_pages(), "pages are missing at the end");
}

void* Machine::open(PhysAddr pa) {
  MINK_EXPECT(
      pa.raw() >= phys_of(Pfn{kStart} + (options_.skip_pages + options_.pages - options_.high_pages)).raw(),
      "a window to low memory");
  if (window_fails_every != 0 && ++windows_ % window_fails_every == 0) return nullptr;
  ++open_;
  return bytes(pa);
}

void Machine::close() {
  MINK_EXPECT(open_ != 0, "a window closed that is not open");
  --open_;
}

namespace {

constexpr std::size_t kWhole = 256;
constexpr std::size_t kStep = 1024 + 40;  // between looks into a large piece: at another place of each page

std::uint32_t word_of(std::size_t offset, std::uint32_t key) {
  return (key ^ (static_cast<std::uint32_t>(offset) * 0x9e3779b1u)) | 1;
}

// Calls visit(offset) for the words that carry the pattern.
template <class Visit>
bool each_word(std::size_t bytes, Visit visit) {
  const std::size_t words = bytes & ~std::size_t{3};
  const std::size_t head = words < kWhole ? words : kWhole;
  for (std::size_t o = 0; o < head; o += 4) {
    if (!visit(o)) return false;
  }
  const std::size_t step = words > 16 * kPageSize ? words / 64 & ~std::size_t{3} : kStep;
  for (std::size_t o = head; o < words; o += step) {
    if (!visit(o)) return false;
  }
  return words <= head || visit(words - 4);
}

}  // namespace

void write_pattern(void* at, std::size_t bytes, std::uint32_t key) {
  auto* const to = static_cast<unsigned char*>(at);
  each_word(bytes, [&](std::size_t o) {
    const std::uint32_t word = word_of(o, key);
    std::memcpy(to + o, &word, 4);
    return true;
  });
  for (std::size_t o = bytes & ~std::size_t{3}; o < bytes; ++o) to[o] = static_cast<unsigned char>(key | 1);
}

bool has_pattern(const void* at, std::size_t bytes, std::uint32_t key) {
  const auto* const from = static_cast<const unsigned char*>(at);
  for (std::size_t o = bytes & ~std::size_t{3}; o < bytes; ++o) {
    if (from[o] != static_cast<unsigned char>(key | 1)) return false;
  }
  return each_word(bytes, [&](std::size_t o) {
    std::uint32_t word;
    std::memcpy(&word, from + o, 4);
    return word == word_of(o, key);
  });
}

bool all_zero(const void* at, std::size_t bytes) {
  const auto* const from = static_cast<const unsigned char*>(at);
  return bytes == 0 || (from[0] == 0 && std::memcmp(from, from + 1, bytes - 1) == 0);
}

Rights rights_of(gfp_t gfp, bool has_dma_zone, bool may_sleep_here) {
  if ((gfp & __GFP_WAIT) != 0) gfp |= __GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM;
  const bool waits = (gfp & __GFP_DIRECT_RECLAIM) != 0 && may_sleep_here;
  if ((gfp & __GFP_DIRECT_RECLAIM) != 0 && !may_sleep_here) gfp &= ~__GFP_NOFAIL;  // served as GFP_NOWAIT
  if (!has_dma_zone && (gfp & __GFP_DMA) != 0) gfp = (gfp & ~__GFP_DMA) | __GFP_DMA32;
  Rights r{};
  const bool dma = (gfp & __GFP_DMA) != 0, dma32 = (gfp & __GFP_DMA32) != 0,
             high = (gfp & __GFP_HIGHMEM) != 0;
  r.top_zone = dma ? 0 : dma32 || !high ? 1 : 2;
  r.reserve_column = !dma && !dma32 && high && (gfp & __GFP_MOVABLE) != 0 ? 3 : r.top_zone;
  const bool no_reserve = (gfp & __GFP_NOMEMALLOC) != 0;
  const bool must = waits && (gfp & __GFP_NOFAIL) != 0;
  r.everything = !no_reserve && ((gfp & __GFP_MEMALLOC) != 0 || must);
  r.high = (gfp & __GFP_HIGH) != 0;
  r.harder = (gfp & __GFP_ATOMIC) != 0 && !no_reserve;
  return r;
}

std::uint32_t draw_gfp(Random& random) {
  static constexpr gfp_t kGroups[] = {GFP_KERNEL,
                                      GFP_KERNEL,
                                      GFP_ATOMIC,
                                      GFP_ATOMIC,
                                      GFP_NOWAIT,
                                      GFP_NOIO,
                                      GFP_NOFS,
                                      GFP_USER,
                                      GFP_KERNEL_ACCOUNT,
                                      GFP_HIGHUSER,
                                      GFP_HIGHUSER_MOVABLE,
                                      GFP_KERNEL | GFP_DMA,
                                      GFP_ATOMIC | GFP_DMA,
                                      0,
                                      __GFP_HIGH};
  constexpr gfp_t kAll = 0x707fffffu;
  const std::uint32_t way = random.below(16);
  if (way == 0) return random.next() & kAll;
  gfp_t gfp = kGroups[random.below(sizeof kGroups / sizeof kGroups[0])];
  if (way < 6) gfp |= random.next() & random.next() & random.next() & kAll;
  if (way < 9) gfp |= __GFP_ZERO;
  return gfp;
}

}  // namespace mink::stress
