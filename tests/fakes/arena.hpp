// SPDX-License-Identifier: MIT
// Physical memory on the host: a file in memory, mapped once as the linear map, with a page allocator over
// it. Pages from `high_from` on have no linear address, as HighMem. Host only.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <base/assert.hpp>
#include <cstring>
#include <mm/page_allocator.hpp>
#include <vector>

namespace mink::fakes {

class Arena final : public mm::PageWindow {
 public:
  static constexpr std::uintptr_t kBase = 0x50000000;

  // Sizes in pages; a multiple of the largest block keeps the figures round. high_from 0: no HighMem.
  explicit Arena(std::size_t pages, std::size_t high_from = 0) : pages_{pages} {
    fd_ = memfd_create("arena", 0);
    MINK_ASSERT(fd_ >= 0 && ftruncate(fd_, static_cast<off_t>(pages * kPageSize)) == 0);
    // Blocks are aligned to their size in virtual addresses too, as in a real linear map.
    const std::size_t align = kPageSize << mm::kMaxOrder;
    reserved_bytes_ = pages * kPageSize + align;
    reserved_ = mmap(nullptr, reserved_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MINK_ASSERT(reserved_ != MAP_FAILED);
    base_ = reinterpret_cast<unsigned char*>(align_up(reinterpret_cast<std::uintptr_t>(reserved_), align));
    MINK_ASSERT(mmap(base_, pages * kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_, 0) ==
                base_);
    std::memset(base_, 0xA5, pages * kPageSize);

    const Pfn first = pfn_of(PhysAddr{kBase});
    const Pfn end = first + pages;
    storage_.resize(mm::PageAllocator::storage_bytes(first, end) / sizeof(Line) + 1);
    const mm::PageRange memory[] = {{first, end}};
    mm::PageAllocatorConfig config;
    config.memory = memory;
    config.storage = storage_.data();
    config.linear_base = virt_of(base_);
    config.linear_start = first;
    config.highmem_start = high_from != 0 ? first + high_from : end;
    config.min_free_kbytes = 0;  // tests take all
    MINK_ASSERT(ok(allocator.init(config)));
    allocator.set_window(this);
  }
  ~Arena() {
    munmap(reserved_, reserved_bytes_);
    close(fd_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* open(PhysAddr pa) override { return bytes(pa); }
  void close() override {}

  [[nodiscard]] bool holds(PhysAddr pa) const { return pa.raw() - kBase < pages_ * kPageSize; }
  // Any byte of it, high or low.
  [[nodiscard]] unsigned char* bytes(PhysAddr pa) const { return base_ + (pa.raw() - kBase); }
  [[nodiscard]] std::uintptr_t virt_minus_phys() const {
    return reinterpret_cast<std::uintptr_t>(base_) - kBase;
  }
  [[nodiscard]] int fd() const { return fd_; }

  mm::PageAllocator allocator;

 private:
  struct alignas(32) Line {
    unsigned char bytes[32];
  };
  static int close(int fd) { return ::close(fd); }

  std::size_t pages_;
  int fd_ = -1;
  void* reserved_ = nullptr;
  std::size_t reserved_bytes_ = 0;
  unsigned char* base_ = nullptr;
  std::vector<Line> storage_;
};

}  // namespace mink::fakes
