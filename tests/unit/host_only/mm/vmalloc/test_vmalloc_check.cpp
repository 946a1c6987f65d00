// SPDX-License-Identifier: MIT
// What vmalloc's check finds: the tables and pages behind an area are made wrong, it is found and named, and is mended again.
// All other tests rely on it.
#include <CppUTest/TestHarness.h>

#include "unit/host_only/mm/vmalloc/worlds.hpp"

using namespace mink;
using namespace mink::fakes;

TEST_GROUP(VmallocCheck) {
  ArmWorld w;
  void* area = nullptr;
  VirtAddr start{};
  char text[512];

  void setup() override {
    area = w.alloc(3 * kPageSize);
    CHECK(area != nullptr);
    start = virt_of(area);
    sound();
  }
  void teardown() override {
    sound();
    w.free(area);
    w.check_empty();
  }
  void sound() {
    BufferSink why{text};
    if (!w.space.check(why)) FAIL(text);
  }
  void finds(const char* words) {
    BufferSink why{text};
    CHECK_FALSE(w.space.check(why));
    STRCMP_CONTAINS(words, text);
  }
  page& page_at(unsigned i) { return *w.space.page_of(static_cast<char*>(area) + i * kPageSize); }
  void unmap(VirtAddr va) {
    w.tables.unmap_run(va, 1);
    w.tables.purge(va, va + kPageSize);
  }
  void map(VirtAddr va, PhysAddr pa) { CHECK_TRUE(ok(w.tables.map_run(va, pa, 1, arch::kKernelData))); }
};

TEST(VmallocCheck, AHoleInAnArea) {
  const PhysAddr pa = w.pages.phys(&page_at(1));
  unmap(start + kPageSize);
  finds("a page of an area is not mapped");
  map(start + kPageSize, pa);
}

TEST(VmallocCheck, AnotherPageThanTheAreas) {
  const PhysAddr pa = w.pages.phys(&page_at(1)), other = w.pages.phys(&page_at(0));
  unmap(start + kPageSize);
  map(start + kPageSize, other);
  finds("another page than the area's is mapped");
  unmap(start + kPageSize);
  map(start + kPageSize, pa);
}

TEST(VmallocCheck, AMappedGuardPage) {
  const VirtAddr guard = start + 3 * kPageSize;
  map(guard, w.pages.phys(&page_at(0)));
  finds("a guard page is mapped");
  unmap(guard);
}

TEST(VmallocCheck, SomethingMappedInAHole) {
  const VirtAddr far = start + (ArmWorld::kSpacePages - 8) * kPageSize;
  map(far, w.pages.phys(&page_at(0)));
  finds("something is mapped where no area is");
  unmap(far);
}

TEST(VmallocCheck, APageThatIsNotAllocated) {
  page& p = page_at(0);
  const int references = p._refcount;
  p._refcount = 0;
  finds("a mapped page is not the area's");
  p._refcount = references;
}

TEST(VmallocCheck, RegistersElsewhere) {
  constexpr PhysAddr uart{0x101F1000};
  void* const device = w.space.map_device(uart, kPageSize, arch::kDeviceRegs, {"ioremap", nullptr});
  CHECK(device != nullptr);
  unmap(virt_of(device));
  CHECK_TRUE(ok(w.tables.map_run(virt_of(device), uart + kPageSize, 1, arch::kDeviceRegs)));
  finds("registers at a wrong address");
  unmap(virt_of(device));
  CHECK_TRUE(ok(w.tables.map_run(virt_of(device), uart, 1, arch::kDeviceRegs)));
  sound();
  w.space.unmap_device(device, {"iounmap", nullptr});
}
