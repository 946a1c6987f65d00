// SPDX-License-Identifier: MIT
// Rights of vmalloc's memory on the real MMU: code that was written as data runs, and nothing else does.
#include <CppUTest/TestHarness.h>

#include <arch/cpu.hpp>
#include <arch/kernel_map.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/errno.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "fakes/log.hpp"

using namespace mink;

namespace {

constexpr std::uint32_t kReturn = 0xE12FFF1E;  // bx lr
constexpr std::uint32_t kMovR0 = 0xE3A00000;   // mov r0, #imm8
constexpr std::size_t kWords = kPageSize / sizeof(std::uint32_t);

unsigned long at(const void* p) { return reinterpret_cast<unsigned long>(p); }

bool write_faults(std::uint32_t* where) {
  return arch::run_guarded([](void* p) { *static_cast<volatile std::uint32_t*>(p) = 1; }, where);
}
bool call_faults(std::uint32_t* where) {
  return arch::run_guarded([](void* p) { reinterpret_cast<int (*)()>(p)(); }, where);
}
int call(std::uint32_t* where) { return reinterpret_cast<int (*)()>(where)(); }
void write_code(std::uint32_t* where, unsigned result) {
  where[0] = kMovR0 | result;
  where[1] = kReturn;
}

}  // namespace

TEST_GROUP(SetMemory){void teardown() override{vm_unmap_aliases();
VirtAddr where{};
const char* wrong = arch::check_kernel_map(where);
if (wrong != nullptr) FAIL(wrong);
fakes::take_log();
}
}
;

TEST(SetMemory, read_only_and_back) {
  auto* const p = static_cast<std::uint32_t*>(vmalloc(3 * kPageSize));
  p[kWords] = 7;
  CHECK_EQUAL(0, set_memory_ro(at(p + kWords), 1));
  CHECK_FALSE(write_faults(p));
  CHECK_TRUE(write_faults(p + kWords));
  CHECK_FALSE(write_faults(p + 2 * kWords));
  CHECK_EQUAL(7u, p[kWords]);
  CHECK_EQUAL(0, set_memory_rw(at(p + kWords), 1));
  CHECK_FALSE(write_faults(p + kWords));
  vfree(p);
}

TEST(SetMemory, code_written_as_data_runs_when_it_is_made_executable_and_not_before_or_after) {
  for (unsigned round = 0; round < 3; ++round) {  // at the same address, most likely
    auto* const p = static_cast<std::uint32_t*>(vmalloc(2 * kPageSize));
    write_code(p, 40 + round);
    write_code(p + kWords, 50 + round);
    CHECK_TRUE(call_faults(p));
    CHECK_EQUAL(0, set_memory_ro(at(p), 2));
    CHECK_TRUE(call_faults(p));
    CHECK_EQUAL(0, set_memory_x(at(p), 2));
    CHECK_EQUAL(static_cast<int>(40 + round), call(p));
    CHECK_EQUAL(static_cast<int>(50 + round), call(p + kWords));
    CHECK_TRUE(write_faults(p));
    // Written anew in place.
    CHECK_EQUAL(0, set_memory_nx(at(p), 1));
    CHECK_TRUE(call_faults(p));
    CHECK_EQUAL(static_cast<int>(50 + round), call(p + kWords));
    CHECK_EQUAL(0, set_memory_rw(at(p), 1));
    write_code(p, 60 + round);
    CHECK_EQUAL(0, set_memory_ro(at(p), 1));
    CHECK_EQUAL(0, set_memory_x(at(p), 1));
    CHECK_EQUAL(static_cast<int>(60 + round), call(p));
    vfree(p);
    vm_unmap_aliases();
    CHECK_TRUE(call_faults(p));
  }
}

TEST(SetMemory, a_part_of_a_large_page) {
  constexpr std::size_t kPages = 64;
  auto* const p = static_cast<std::uint32_t*>(vmalloc(kPages * kPageSize));
  CHECK_EQUAL(64u * 1024, arch::kernel_mapper().translate(virt_of(p))->granule);
  for (std::size_t i = 0; i < kPages; ++i) p[i * kWords] = 0x1000 + i;
  CHECK_EQUAL(0, set_memory_ro(at(p + 5 * kWords), 30));
  for (std::size_t i = 0; i < kPages; ++i) {
    CHECK_EQUAL(0x1000 + i, p[i * kWords]);
    CHECK_EQUAL(i >= 5 && i < 35, write_faults(p + i * kWords));
  }
  vfree(p);
}

TEST(SetMemory, what_it_refuses_is_named_and_unchanged) {
  auto* const p = static_cast<std::uint32_t*>(vmalloc(2 * kPageSize));
  void* const k = kmalloc(64, GFP_KERNEL);
  CHECK_EQUAL(0, set_memory_ro(at(p), 0));
  CHECK_EQUAL(-EINVAL, set_memory_ro(at(p), 3));  // the guard page
  CHECK_EQUAL(-EINVAL, set_memory_ro(at(p), -1));
  CHECK_EQUAL(-EINVAL, set_memory_ro(at(p) + 4, 1));
  CHECK_EQUAL(-EINVAL, set_memory_ro(at(k) & ~(kPageSize - 1), 1));
  CHECK(fakes::logged("set_memory_ro: "));
  CHECK(fakes::logged("not pages of one vmalloc area"));
  CHECK_EQUAL(-EINVAL, set_memory_x(at(p), 1));
  CHECK(fakes::logged("writable and executable"));
  CHECK(fakes::logged("what_it_refuses"));
  CHECK_FALSE(write_faults(p));
  CHECK_FALSE(write_faults(p + kWords));
  kfree(k);
  vfree(p);
}
