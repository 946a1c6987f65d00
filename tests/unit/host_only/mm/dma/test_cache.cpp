// SPDX-License-Identifier: MIT
// Buffers that change hands under a hostile cache: with all maintenance nothing is ever lost or stale; without any one
// step of it, something is, for some seed.
#include <CppUTest/TestHarness.h>

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include <mm/kernel_memory.hpp>

#include "fakes/hostile_cache.hpp"
#include "fakes/kernel_memory.hpp"
#include "fakes/log.hpp"

using namespace mink;

namespace {

// A buffer that shares its first and its last line with others' data, in an object of a whole number of lines.
constexpr std::size_t kObject = 192, kStart = 20, kBytes = 120;
constexpr unsigned kSeeds = 400;
struct Shape {
  std::size_t line, bytes, lines;
};
constexpr Shape kShort{arch::kDmaLine, kBytes, 5};
constexpr Shape kLong{64, 150, 3};  // the last line's first half is the buffer's

unsigned char pattern(std::size_t i, unsigned round) {
  return static_cast<unsigned char>(i * 37 + round * 101 + 5);
}
unsigned char neighbour(std::size_t i) { return static_cast<unsigned char>(i * 11 + 3); }

struct World {
  World(unsigned seed, int leave_out, const Shape& shape = kShort)
      : cache{seed, shape.line}, bytes{shape.bytes} {
    object = static_cast<unsigned char*>(kmalloc(kObject, GFP_KERNEL | GFP_DMA));
    std::memset(object, 0xee, kObject);
    cache.leave_out = leave_out;
    fakes::hostile_cache = &cache;
    cache.watch(object, kObject);
  }
  ~World() {
    fakes::hostile_cache = nullptr;
    kfree(object);
  }

  // The CPU: others' data around the buffer, and the buffer.
  void write_neighbours() {
    for (std::size_t i = 0; i < kObject; ++i) {
      if (i < kStart || i >= kStart + bytes) cache.write(object + i, neighbour(i));
    }
  }
  void cpu_writes(unsigned round) {
    for (std::size_t i = 0; i < bytes; ++i) cache.write(buffer() + i, pattern(i, round));
  }
  void cpu_reads(unsigned round) {
    for (std::size_t i = 0; i < bytes; ++i) right = (cache.read(buffer() + i) == pattern(i, round)) && right;
  }
  void check_neighbours() {
    for (std::size_t i = 0; i < kObject; ++i) {
      if (i < kStart || i >= kStart + bytes) right = (cache.read(object + i) == neighbour(i)) && right;
    }
  }
  // The device, by bus address, past the cache.
  void device_writes(unsigned round) {
    for (std::size_t i = 0; i < bytes; ++i) {
      cache.stir();
      at_bus()[i] = pattern(i, round);
    }
    cache.stir();
  }
  void device_reads(unsigned round) {
    for (std::size_t i = 0; i < bytes; ++i) {
      right = (at_bus()[i] == pattern(i, round)) && right;
      cache.stir();
    }
  }

  void map(dma_data_direction d) { bus = dma_map_single(nullptr, buffer(), bytes, d); }
  void unmap(dma_data_direction d) { dma_unmap_single(nullptr, bus, bytes, d); }
  [[nodiscard]] unsigned char* buffer() const { return object + kStart; }
  [[nodiscard]] unsigned char* at_bus() const {
    return ptr_of<unsigned char>(mm::kernel_memory().pages.linear_of_phys(PhysAddr{bus}));
  }

  fakes::HostileCache cache;
  std::size_t bytes;
  unsigned char* object;
  dma_addr_t bus = 0;
  bool right = true;
};

void to_device(World& w) {
  w.write_neighbours();
  w.cpu_writes(1);
  w.map(DMA_TO_DEVICE);
  w.device_reads(1);
  w.unmap(DMA_TO_DEVICE);
  w.cpu_reads(1);
  w.check_neighbours();
}
void from_device(World& w) {
  w.write_neighbours();
  w.cpu_writes(1);
  w.map(DMA_FROM_DEVICE);
  w.device_writes(2);
  w.unmap(DMA_FROM_DEVICE);
  w.cpu_reads(2);
  w.check_neighbours();
}
void both_ways(World& w) {
  w.write_neighbours();
  w.cpu_writes(1);
  w.map(DMA_BIDIRECTIONAL);
  w.device_reads(1);
  w.device_writes(2);
  w.unmap(DMA_BIDIRECTIONAL);
  w.cpu_reads(2);
  w.check_neighbours();
}
void a_ring_to_the_device(World& w) {
  w.cpu_writes(1);
  w.map(DMA_TO_DEVICE);
  w.device_reads(1);
  dma_sync_single_for_cpu(nullptr, w.bus, w.bytes, DMA_TO_DEVICE);
  w.cpu_writes(2);
  dma_sync_single_for_device(nullptr, w.bus, w.bytes, DMA_TO_DEVICE);
  w.device_reads(2);
  w.unmap(DMA_TO_DEVICE);
}
void a_ring_from_the_device(World& w) {
  w.write_neighbours();
  w.cpu_writes(1);
  w.map(DMA_FROM_DEVICE);
  w.device_writes(2);
  dma_sync_single_for_cpu(nullptr, w.bus, w.bytes, DMA_FROM_DEVICE);
  w.cpu_reads(2);
  w.cpu_writes(3);  // decrypted in place, say
  dma_sync_single_for_device(nullptr, w.bus, w.bytes, DMA_FROM_DEVICE);
  w.device_writes(4);
  w.unmap(DMA_FROM_DEVICE);
  w.cpu_reads(4);
  w.check_neighbours();
}

bool comes_through(void (*scenario)(World&), const Shape& shape, unsigned seed, int leave_out = -1) {
  World w{seed, leave_out, shape};
  scenario(w);
  return w.right;
}

std::vector<fakes::HostileCache::Op> maintenance_of(void (*scenario)(World&), const Shape& shape) {
  World w{1, -1, shape};
  scenario(w);
  return w.cache.done;
}

// times: the lines' operations and their barrier.
void expect_all_needed(void (*scenario)(World&), std::size_t times, const Shape& shape = kShort) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) CHECK_TRUE(comes_through(scenario, shape, seed));
  const auto maintenance = maintenance_of(scenario, shape);
  CHECK_EQUAL(times * (shape.lines + 1), maintenance.size());
  for (std::size_t i = 0; i < maintenance.size(); ++i) {
    unsigned seed = 1;
    while (seed <= kSeeds && comes_through(scenario, shape, seed, static_cast<int>(i))) ++seed;
    if (seed > kSeeds) {
      const std::string text = "step " + std::to_string(i) + " is left out, and nobody sees it";
      FAIL(text.c_str());
    }
  }
}

}  // namespace

TEST_GROUP(DmaCache){void setup() override{fakes::use_kernel_memory();
fakes::take_log();
}
void teardown() override { STRCMP_EQUAL("", fakes::take_log()); }
}
;

TEST(DmaCache, to_the_device_needs_every_clean) { expect_all_needed(to_device, 1); }
TEST(DmaCache, from_the_device_needs_every_clean_and_both_invalidations) {
  expect_all_needed(from_device, 2);
}
TEST(DmaCache, both_ways_needs_every_clean_and_invalidation) { expect_all_needed(both_ways, 2); }
TEST(DmaCache, handing_over_to_the_device_again_needs_every_clean) {
  expect_all_needed(a_ring_to_the_device, 2);
}
TEST(DmaCache, handing_over_from_the_device_again_needs_all_of_it) {
  expect_all_needed(a_ring_from_the_device, 4);
}

// Of a CPU whose lines are longer than the shortest of any CPU's: who goes by those drops what others have in the rest of one.
TEST(DmaCache, long_lines_at_the_ends_keep_what_others_have_in_them) {
  expect_all_needed(to_device, 1, kLong);
  expect_all_needed(from_device, 2, kLong);
  expect_all_needed(both_ways, 2, kLong);
  expect_all_needed(a_ring_to_the_device, 2, kLong);
  expect_all_needed(a_ring_from_the_device, 4, kLong);
}

TEST(DmaCache, two_buffers_of_a_copy_stay_right) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    World from{seed, -1};
    World to{seed, -1};
    fakes::HostileCache& cache = from.cache;  // one cache for both
    fakes::hostile_cache = &cache;
    cache.watch(to.object, kObject);
    for (std::size_t i = 0; i < kBytes; ++i) {
      cache.write(from.buffer() + i, pattern(i, 7));
      cache.write(to.buffer() + i, 0);
    }
    from.map(DMA_TO_DEVICE);
    to.map(DMA_FROM_DEVICE);
    for (std::size_t i = 0; i < kBytes; ++i) {
      to.at_bus()[i] = from.at_bus()[i];
      cache.stir();
    }
    to.unmap(DMA_FROM_DEVICE);
    from.unmap(DMA_TO_DEVICE);
    for (std::size_t i = 0; i < kBytes; ++i) CHECK_EQUAL(pattern(i, 7), cache.read(to.buffer() + i));
  }
}
