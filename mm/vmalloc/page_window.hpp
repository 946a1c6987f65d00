// SPDX-License-Identifier: MIT
// One page of address space through which a page without a linear address is reached for a moment.
#pragma once
#include <arch/page_mapper.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {

class MappedWindow final : public PageWindow {
 public:
  constexpr MappedWindow() = default;

  // Makes the window's table, so that open() never needs one. False: no memory.
  bool init(arch::PageMapper& mapper, VirtAddr at, PhysAddr any_page) {
    mapper_ = &mapper;
    at_ = at;
    if (!ok(mapper.map_run(at, any_page, 1, arch::kKernelData))) return false;
    close();
    return true;
  }
  void* open(PhysAddr pa) override {
    return ok(mapper_->map_run(at_, pa, 1, arch::kKernelData)) ? ptr_of<void>(at_) : nullptr;
  }
  void close() override {
    mapper_->unmap_run(at_, 1);
    mapper_->purge(at_, at_ + kPageSize);
  }

 private:
  arch::PageMapper* mapper_ = nullptr;
  VirtAddr at_{};
};

}  // namespace mink::mm
