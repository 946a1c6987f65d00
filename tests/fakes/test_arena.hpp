// SPDX-License-Identifier: MIT
// A page allocator of a test's own, over memory of its own: 64 pages or as many as asked for. Host and
// target.
#pragma once
#include <base/log.h>
#include <base/addr.hpp>
#include <cstring>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>

namespace mink::fakes {

// Memory for an arena, `align` a power of two of at least a page; the virtual address. Never nullptr: fails
// the test.
void* take_arena_memory(std::size_t bytes, std::size_t align);
void give_arena_memory(void* memory, std::size_t bytes);

class TestArena {
 public:
  struct Options {
    std::size_t pages = 64;           // in all, zones as follows
    std::size_t dma_pages = 0;        // the first of them
    std::size_t highmem_pages = 0;    // the last of them: they have no linear address (but see backing())
    std::size_t skip_pages = 0;       // memory begins so many pages behind the start of a largest block
    std::size_t min_free_kbytes = 0;  // no reserve: a test can take every page
    unsigned list_limit = 4;          // pages on a zone's hot/cold lists; 0: none are kept
    std::span<const mm::PageRange> reserved = {};  // frame numbers from first_pfn() on
  };

  TestArena() : TestArena{Options{}} {}
  explicit TestArena(const Options& options) : options_{options} {
    memory_ =
        take_arena_memory((options.skip_pages + options.pages) << kPageShift, kBlockPages << kPageShift);
    storage_bytes_ = mm::PageAllocator::storage_bytes(start(), start() + options.pages);
    storage_ = take_arena_memory(align_up(storage_bytes_, kPageSize), kPageSize);
    std::memset(storage_, 0, storage_bytes_);
    const mm::PageRange memory{start(), start() + options.pages};
    mm::PageAllocatorConfig config;
    config.memory = {&memory, 1};
    config.reserved = options.reserved;
    config.storage = storage_;
    config.linear_base = virt_of(memory_);
    config.linear_start = first_pfn();
    config.dma_end = start() + options.dma_pages;
    config.highmem_start = start() + (options.pages - options.highmem_pages);
    config.min_free_kbytes = options.min_free_kbytes;
    config.list_limit = options.list_limit;
    if (!ok(pages_.init(config))) panic("test arena: init failed\n");
  }
  ~TestArena() {
    give_arena_memory(storage_, align_up(storage_bytes_, kPageSize));
    give_arena_memory(memory_, (options_.skip_pages + options_.pages) << kPageShift);
  }
  TestArena(const TestArena&) = delete;
  TestArena& operator=(const TestArena&) = delete;

  mm::PageAllocator& pages() { return pages_; }
  // Frame of the mem_map's first page; frame of the first page of memory.
  static constexpr Pfn first_pfn() { return Pfn{kFirstPfn}; }
  Pfn start() const { return first_pfn() + options_.skip_pages; }
  // Where a page's bytes are, HighMem's too.
  void* backing(const page* p) {
    return static_cast<char*>(memory_) + (pages_.phys(p) - phys_of(first_pfn()));
  }
  // Is every structure sound? What is not is printed into the log.
  bool sound() {
    char text[1024];
    BufferSink why{text};
    const bool good = pages_.check(why);
    if (!good) printk("%s", text);
    return good;
  }
  // ... and every page free?
  bool whole() { return sound() && pages_.free_pages() == pages_.managed_pages(); }

 private:
  static constexpr std::size_t kBlockPages = std::size_t{1} << mm::kMaxOrder;
  static constexpr std::uintptr_t kFirstPfn = 0x50000;  // as on the boards; a multiple of every block
  Options options_;
  std::size_t storage_bytes_ = 0;
  void* memory_ = nullptr;
  void* storage_ = nullptr;
  mm::PageAllocator pages_;
};

}  // namespace mink::fakes
