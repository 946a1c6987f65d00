// SPDX-License-Identifier: MIT
// The DMA engine and its memory: dma, dmatest.
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <algorithm>
#include <cstring>
#include <kernel/dma_engine.hpp>
#include <mm/dma.hpp>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

using kernel::DmaEngine;
using kernel::DmaSegment;

DmaEngine* engine_or_complaint(TextSink& out) {
  DmaEngine* const engine = kernel::dma_engine();
  if (engine == nullptr) print(out, "this board has no DMA engine that mink knows\n");
  return engine;
}

int run_dma(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  const mm::CoherentMemory& coherent = mm::coherent_memory();
  print(out, "coherent memory: %zu of %zu kB in use\n", coherent.used_pages() * (kPageSize / 1024),
        coherent.bytes() / 1024);
  print(out, "pools (blocks in use, blocks, bytes of a block, pages):\n");
  mm::print_dma_pools(out);
  const mm::DmaMappings& mappings = mm::dma_mappings();
  print(out, "mapped now: %zu; refused so far: %u\n", mappings.mapped(), mappings.refused());
  mappings.print(out);
  const DmaEngine* const engine = engine_or_complaint(out);
  if (engine == nullptr) return kOk;
  const DmaEngine::Figures f = engine->figures();
  print(out, "%s: %u copies, %u failed, %u cancelled\n", engine->name(), f.copies, f.errors, f.cancelled);
  return kOk;
}

// --- dmatest ---

constexpr unsigned kMostPieces = 8;
constexpr unsigned char kUntouched = 0x5a;

unsigned char pattern(std::size_t i, std::uint32_t round) {
  const auto word = (static_cast<std::uint32_t>(i) + round) * 2654435761u;
  return static_cast<unsigned char>(word >> 24 ^ word >> 8);
}

// A buffer: of kmalloc, or a block of pages that may have no linear address.
class Buffer {
 public:
  Buffer(std::size_t size, bool pages) : size_{size} {
    if (pages) {
      order_ = static_cast<unsigned>(get_order(size));
      page_ = alloc_pages(GFP_KERNEL | __GFP_HIGHMEM, order_);
    } else {
      memory_ = static_cast<unsigned char*>(kmalloc(size, GFP_KERNEL | GFP_DMA));
    }
  }
  ~Buffer() {
    kfree(memory_);
    if (page_ != nullptr) __free_pages(page_, order_);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  [[nodiscard]] bool made() const { return memory_ != nullptr || page_ != nullptr; }
  // All of it, what the allocator gave beyond the size included.
  [[nodiscard]] std::size_t room() const { return page_ != nullptr ? kPageSize << order_ : ksize(memory_); }

  // visit(bytes, how many, their offset), page by page.
  template <class Visit>
  void each_page(Visit visit) {
    for (std::size_t at = 0; at < room(); at += kPageSize) {
      const std::size_t n = std::min(kPageSize, room() - at);
      if (page_ == nullptr) {
        visit(memory_ + at, n, at);
      } else {
        void* const window = kmap_local_page(page_ + at / kPageSize);
        visit(static_cast<unsigned char*>(window), n, at);
        kunmap_local(window);
      }
    }
  }
  dma_addr_t map(dma_data_direction direction) {
    return page_ != nullptr ? dma_map_page(nullptr, page_, 0, size_, direction)
                            : dma_map_single(nullptr, memory_, size_, direction);
  }
  void unmap(dma_addr_t at, dma_data_direction direction) {
    if (dma_mapping_error(nullptr, at) != 0) return;
    page_ != nullptr ? dma_unmap_page(nullptr, at, size_, direction)
                     : dma_unmap_single(nullptr, at, size_, direction);
  }

 private:
  std::size_t size_;
  unsigned char* memory_ = nullptr;
  page* page_ = nullptr;
  unsigned order_ = 0;
};

// [0, size) as one piece, or as several of odd sizes, the last one first.
unsigned cut(std::size_t size, bool scattered, dma_addr_t to, dma_addr_t from,
             DmaSegment (&pieces)[kMostPieces]) {
  unsigned count = 0;
  const std::size_t step = scattered ? (size / kMostPieces + 1) | 1 : size;
  for (std::size_t at = 0; at < size; at += step) {
    pieces[count++] = {to + at, from + at, std::min(step, size - at)};
  }
  std::reverse(pieces, pieces + count);
  return count;
}

struct Result {
  Err error = Err::Ok;
  std::size_t wrong = 0;  // bytes
  std::uint64_t ns = 0;
};

Result copy_once(DmaEngine& engine, Buffer& from, Buffer& to, std::size_t size, bool scattered,
                 std::uint32_t round) {
  from.each_page([&](unsigned char* p, std::size_t n, std::size_t at) {
    for (std::size_t i = 0; i < n; ++i) p[i] = pattern(at + i, round);
  });
  to.each_page([](unsigned char* p, std::size_t n, std::size_t) { std::memset(p, kUntouched, n); });

  Result result;
  const std::uint64_t start = ktime_get_ns();
  const dma_addr_t source = from.map(DMA_TO_DEVICE);
  const dma_addr_t target = to.map(DMA_FROM_DEVICE);
  if (source == DMA_MAPPING_ERROR || target == DMA_MAPPING_ERROR) {
    result.error = Err::Fault;
  } else {
    DmaSegment pieces[kMostPieces];
    const unsigned count = cut(size, scattered, target, source, pieces);
    result.error = kernel::dma_copy(engine, {pieces, count});
  }
  to.unmap(target, DMA_FROM_DEVICE);
  from.unmap(source, DMA_TO_DEVICE);
  result.ns = ktime_get_ns() - start;
  if (!ok(result.error)) return result;

  to.each_page([&](const unsigned char* p, std::size_t n, std::size_t at) {
    for (std::size_t i = 0; i < n; ++i) {
      if (p[i] != (at + i < size ? pattern(at + i, round) : kUntouched)) ++result.wrong;
    }
  });
  return result;
}

int show_refusal(std::size_t size, TextSink& out) {
  void* const buffer = vmalloc(size);
  if (buffer == nullptr) return kFailed;
  const dma_addr_t at = dma_map_single(nullptr, buffer, size, DMA_TO_DEVICE);
  const bool refused = dma_mapping_error(nullptr, at) != 0;
  if (!refused) dma_unmap_single(nullptr, at, size, DMA_TO_DEVICE);
  vfree(buffer);
  print(out, "dmatest: dma_map_single of a vmalloc'd buffer is %s\n", refused ? "refused" : "NOT REFUSED");
  return refused ? kOk : kFailed;
}

int show_bus_error(DmaEngine& engine, dma_addr_t nowhere, TextSink& out) {
  Buffer to{kPageSize, false};
  if (!to.made()) return kFailed;
  const dma_addr_t target = to.map(DMA_FROM_DEVICE);
  const DmaSegment piece{target, nowhere, kPageSize};
  const Err e = kernel::dma_copy(engine, {&piece, 1});
  to.unmap(target, DMA_FROM_DEVICE);
  print(out, "dmatest: a copy from 0x%08lx ends with %d\n", static_cast<unsigned long>(nowhere),
        static_cast<int>(e));
  return ok(e) ? kOk : kFailed;
}

int run_dmatest(Args& args, TextSink& out) {
  const bool with_vmalloc = args.take_flag("-v"), scattered = args.take_flag("-s"),
             pages = args.take_flag("-p");
  const bool from_address = args.take_flag("-a");
  if (from_address) {
    const auto at = args.expect(1, 1) ? args.address(0, "PHYS") : std::nullopt;
    DmaEngine* const engine = at ? engine_or_complaint(out) : nullptr;
    return !at ? kUsage : engine != nullptr ? show_bus_error(*engine, *at, out) : kFailed;
  }
  if (!args.expect(with_vmalloc ? 1 : 2, 2)) return kUsage;
  const auto size = args.number(0, "SIZE", 1, 4u << 20);
  if (!size) return kUsage;
  if (with_vmalloc) return show_refusal(static_cast<std::size_t>(*size), out);
  const auto count = args.number(1, "COUNT", 1, UINT32_MAX);
  if (!count) return kUsage;
  DmaEngine* const engine = engine_or_complaint(out);
  if (engine == nullptr) return kFailed;

  const auto bytes = static_cast<std::size_t>(*size);
  Buffer from{bytes, pages}, to{bytes, pages};
  if (!from.made() || !to.made()) {
    print(out, "dmatest: no memory for two buffers of %zu bytes\n", bytes);
    return kFailed;
  }
  std::uint64_t ns = 0;
  std::uint32_t done = 0;
  for (; done < *count; ++done) {
    if (args.shell().environment().take_break()) break;
    const Result r = copy_once(*engine, from, to, bytes, scattered, done);
    ns += r.ns;
    if (ok(r.error) && r.wrong == 0) continue;
    print(out, "dmatest: copy %u: error %d, %zu bytes wrong\n", static_cast<unsigned>(done),
          static_cast<int>(r.error), r.wrong);
    return kFailed;
  }
  print(out, "dmatest: %u copies of %zu bytes by %s, all verified; mapped, copied and unmapped in %llu us\n",
        static_cast<unsigned>(done), bytes, engine->name(), static_cast<unsigned long long>(ns / 1000));
  return done == *count ? kOk : kFailed;
}

constexpr Command kCommands[] = {
    {.name = "dmatest",
     .usage = "SIZE COUNT [-s] [-p]\nSIZE -v\nPHYS -a",
     .summary = "copies by the DMA engine between two buffers, every byte verified",
     .example = "dmatest 4096 100",
     .run = run_dmatest,
     .details = "The buffers are kmalloc(GFP_DMA)'s. -s: in up to eight pieces at odd addresses, the last "
                "one first.\n"
                "-p: blocks of pages, from HighMem where there is one. -v: tries a vmalloc'd buffer, which "
                "is refused.\n"
                "-a: copies a page from a physical address, to see a bus error."},
    {.name = "dma",
     .usage = "",
     .summary = "coherent memory, DMA pools, what is mapped for devices, the engine's copies",
     .example = "dma",
     .run = run_dma},
};

}  // namespace

constinit const Family kDmaFamily{"DMA", kCommands};

}  // namespace mink::shell
