// SPDX-License-Identifier: MIT
// An L1 table and pages for L2 tables in host memory that counts as physical memory at kBase.
#pragma once
#include <CppUTest/TestHarness.h>

#include <arch_arm/page_tables.hpp>
#include <cstring>
#include <initializer_list>
#include <memory>
#include "fakes/mmu_recorder.hpp"

namespace mink::fakes {

class TableMemory final : public arch::TableSource {
 public:
  static constexpr std::uintptr_t kBase = 0x50000000;
  static constexpr std::size_t kPages = 64;
  static constexpr std::size_t kL1Bytes = arch::arm::table_bytes(arch::arm::kL1);

  TableMemory() { std::memset(memory_->bytes, 0xA5, sizeof memory_->bytes), std::memset(l1(), 0, kL1Bytes); }

  void* alloc_table_page() override {
    if (fail_in != 0 && --fail_in == 0) return nullptr;
    for (std::size_t i = 0; i < kPages; ++i) {
      if (used_[i]) continue;
      used_[i] = true;
      ++live;
      return std::memset(page(i), 0, kPageSize);
    }
    return nullptr;
  }
  void free_table_page(void* p) override {
    for (std::size_t i = 0; i < kPages; ++i) {
      if (page(i) != p) continue;
      CHECK_TRUE(used_[i]);
      used_[i] = false;
      --live;
      std::memset(p, 0xA5, kPageSize);
      return;
    }
    FAIL("a table page that was never given");
  }

  [[nodiscard]] arch::arm::Descriptor* l1() {
    return reinterpret_cast<arch::arm::Descriptor*>(memory_->bytes);
  }
  [[nodiscard]] std::uintptr_t virt_minus_phys() const {
    return reinterpret_cast<std::uintptr_t>(memory_->bytes) - kBase;
  }

  std::size_t live = 0;
  unsigned fail_in = 0;  // the n-th call from now fails

 private:
  struct alignas(16384) Memory {
    unsigned char bytes[kL1Bytes + kPages * kPageSize];
  };
  [[nodiscard]] unsigned char* page(std::size_t i) { return memory_->bytes + kL1Bytes + i * kPageSize; }

  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  bool used_[kPages] = {};
};

struct Tables {
  TableMemory memory;
  MmuRecorder mmu;
  arch::arm::PageTables<MmuRecorder> tables{memory.l1(), memory.virt_minus_phys(), &memory, mmu};

  Tables() { mmu.watch(tables.view()); }

  // Nothing the walker cannot see, no rule broken, the tables sound, their pages counted.
  void check() {
    for (const std::string& complaint : mmu.complaints) FAIL(complaint.c_str());
    CHECK_EQUAL(0u, mmu.unseen());
    VirtAddr where{};
    std::size_t pages = 0;
    const char* wrong = check_tables(tables.view(), where, &pages);
    if (wrong != nullptr) FAIL(wrong);
    CHECK_EQUAL(memory.live, pages);
    CHECK_EQUAL(memory.live, tables.table_pages());
  }
};

}  // namespace mink::fakes
