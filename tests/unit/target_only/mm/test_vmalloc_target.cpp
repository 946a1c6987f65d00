// SPDX-License-Identifier: MIT
// vmalloc, vmap and ioremap on the real MMU, by Linux's names.
#include <CppUTest/TestHarness.h>

#include <arch/cpu.hpp>
#include <arch/kernel_map.hpp>
#include <cstring>
#include <mm/kernel_memory.hpp>

#include <linux/io.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "fakes/log.hpp"

using namespace mink;

namespace {

mm::PageAllocator& pages() { return mm::kernel_memory().pages; }

bool faults(volatile unsigned char* at) {
  return arch::run_guarded([](void* p) { *static_cast<volatile unsigned char*>(p) = 1; },
                           const_cast<unsigned char*>(at));
}

void check_all() {
  char text[256];
  BufferSink why{text};
  if (!mm::kernel_memory().vmalloc.check(why)) FAIL(text);
  VirtAddr where{};
  const char* wrong = arch::check_kernel_map(where);
  if (wrong != nullptr) FAIL(wrong);
}

}  // namespace

TEST_GROUP(VmallocTarget) {
  std::size_t free_before = 0;
  void setup() override {
    vm_unmap_aliases();
    free_before = pages().free_pages();
  }
  void teardown() override {
    vm_unmap_aliases();
    check_all();
    fakes::take_log();
  }
};

TEST(VmallocTarget, the_area_shows_the_pages_and_its_guard_faults) {
  constexpr std::size_t kBytes = 5 * 4096;
  auto* const p = static_cast<unsigned char*>(vmalloc(kBytes));
  CHECK(p != nullptr);
  CHECK(is_vmalloc_addr(p));
  for (std::size_t i = 0; i < kBytes; ++i) p[i] = static_cast<unsigned char>(i * 31 + (i >> 12));
  for (std::size_t i = 0; i < kBytes; ++i) {
    const page* here = vmalloc_to_page(p + i);
    const auto* linear = static_cast<const unsigned char*>(pages().address(here));
    if (linear != nullptr) CHECK_EQUAL(static_cast<unsigned char>(i * 31 + (i >> 12)), linear[i % 4096]);
  }
  check_all();
  CHECK_FALSE(faults(p + kBytes - 1));
  CHECK_TRUE(faults(p + kBytes));
  vfree(p);
  vm_unmap_aliases();  // the TLB may know the page until then
  CHECK_TRUE(faults(p));
  CHECK_EQUAL(free_before, pages().free_pages());
}

TEST(VmallocTarget, a_megabyte_zeroed_and_back_to_the_page) {
  auto* const p = static_cast<unsigned*>(vzalloc(1 << 20));
  CHECK(p != nullptr);
  for (std::size_t i = 0; i < (1 << 20) / sizeof *p; ++i) {
    if (p[i] != 0) FAIL("not zeroed");
  }
  const auto found = arch::kernel_mapper().translate(virt_of(p));
  CHECK_EQUAL(64u * 1024, found->granule);
  vfree(p);
  vm_unmap_aliases();
  CHECK_EQUAL(free_before, pages().free_pages());
}

TEST(VmallocTarget, an_address_used_again_shows_the_new_page) {
  page* const a = pages().alloc(GFP_KERNEL, 0, nullptr);
  page* const b = pages().alloc(GFP_KERNEL, 0, nullptr);
  *static_cast<volatile unsigned*>(pages().address(a)) = 0xAAAAAAAA;
  *static_cast<volatile unsigned*>(pages().address(b)) = 0xBBBBBBBB;
  void* last = nullptr;
  unsigned reused = 0;
  for (unsigned i = 0; i < 300; ++i) {
    page* one = (i & 1) != 0 ? b : a;
    void* const p = vmap(&one, 1, VM_MAP, PAGE_KERNEL);
    if (p == last) ++reused;
    CHECK_EQUAL((i & 1) != 0 ? 0xBBBBBBBBu : 0xAAAAAAAAu, *static_cast<volatile unsigned*>(p));
    last = p;
    vunmap(p);
    if (i % 3 == 0) vm_unmap_aliases();
  }
  CHECK(reused != 0);
  pages().free(a, 0, nullptr);
  pages().free(b, 0, nullptr);
}

TEST(VmallocTarget, a_read_only_vmap_cannot_be_written) {
  page* const a = pages().alloc(GFP_KERNEL, 0, nullptr);
  page* one = a;
  auto* const p = static_cast<unsigned char*>(vmap(&one, 1, VM_MAP, PAGE_KERNEL_RO));
  static_cast<unsigned char*>(pages().address(a))[5] = 77;
  CHECK_EQUAL(77, *static_cast<volatile unsigned char*>(p + 5));
  CHECK_TRUE(faults(p));
  vunmap(p);
  pages().free(a, 0, nullptr);
}

TEST(VmallocTarget, kvmalloc_takes_what_there_is) {
  void* const small = kvmalloc(100, GFP_KERNEL);
  CHECK_FALSE(is_vmalloc_addr(small));
  free_before = pages().free_pages();                 // its cache may have taken a slab, which may stay
  void* const large = kvmalloc(6 << 20, GFP_KERNEL);  // above KMALLOC_MAX_SIZE
  CHECK_TRUE(is_vmalloc_addr(large));
  kvfree(large);
  vm_unmap_aliases();
  CHECK_EQUAL(free_before, pages().free_pages());
  kvfree(small);
}

TEST(VmallocTarget, bad_frees_are_named_with_the_callers_symbol) {
  void* const k = kmalloc(64, GFP_KERNEL);
  fakes::take_log();
  vfree(k);
  CHECK(fakes::logged("BUG: vfree("));
  CHECK(fakes::logged("is object "));
  CHECK(fakes::logged("bad_frees_are_named"));
  kfree(k);
  void* const v = vmalloc(100);
  iounmap(v);
  CHECK(fakes::logged("vfree is meant"));
  vfree(v);
}
