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

unsigned char pattern(std::size_t i, unsigned round) {
  return static_cast<unsigned char>(i * 37 + round * 101 + 5);
}
unsigned char neighbour(std::size_t i) { return static_cast<unsigned char>(i * 11 + 3); }

struct World {
  explicit World(unsigned seed, int leave_out) : cache{seed} {
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
      if (i < kStart || i >= kStart + kBytes) cache.write(object + i, neighbour(i));
    }
  }
  void cpu_writes(unsigned round) {
    for (std::size_t i = 0; i < kBytes; ++i) cache.write(buffer() + i, pattern(i, round));
  }
  void cpu_reads(unsigned round) {
    for (std::size_t i = 0; i < kBytes; ++i) right = (cache.read(buffer() + i) == pattern(i, round)) && right;
  }
  void check_neighbours() {
    for (std::size_t i = 0; i < kObject; ++i) {
      if (i < kStart || i >= kStart + kBytes) right = (cache.read(object + i) == neighbour(i)) && right;
    }
  }
  // The device, by bus address, past the cache.
  void device_writes(unsigned round) {
    for (std::size_t i = 0; i < kBytes; ++i) {
      cache.stir();
      at_bus()[i] = pattern(i, round);
    }
    cache.stir();
  }
  void device_reads(unsigned round) {
    for (std::size_t i = 0; i < kBytes; ++i) {
      right = (at_bus()[i] == pattern(i, round)) && right;
      cache.stir();
    }
  }

  void map(dma_data_direction d) { bus = dma_map_single(nullptr, buffer(), kBytes, d); }
  void unmap(dma_data_direction d) { dma_unmap_single(nullptr, bus, kBytes, d); }
  [[nodiscard]] unsigned char* buffer() const { return object + kStart; }
  [[nodiscard]] unsigned char* at_bus() const {
    return ptr_of<unsigned char>(mm::kernel_memory().pages.linear_of_phys(PhysAddr{bus}));
  }

  fakes::HostileCache cache;
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
  dma_sync_single_for_cpu(nullptr, w.bus, kBytes, DMA_TO_DEVICE);
  w.cpu_writes(2);
  dma_sync_single_for_device(nullptr, w.bus, kBytes, DMA_TO_DEVICE);
  w.device_reads(2);
  w.unmap(DMA_TO_DEVICE);
}
void a_ring_from_the_device(World& w) {
  w.write_neighbours();
  w.cpu_writes(1);
  w.map(DMA_FROM_DEVICE);
  w.device_writes(2);
  dma_sync_single_for_cpu(nullptr, w.bus, kBytes, DMA_FROM_DEVICE);
  w.cpu_reads(2);
  w.cpu_writes(3);  // decrypted in place, say
  dma_sync_single_for_device(nullptr, w.bus, kBytes, DMA_FROM_DEVICE);
  w.device_writes(4);
  w.unmap(DMA_FROM_DEVICE);
  w.cpu_reads(4);
  w.check_neighbours();
}

bool comes_through(void (*scenario)(World&), unsigned seed, int leave_out = -1) {
  World w{seed, leave_out};
  scenario(w);
  return w.right;
}

std::vector<fakes::HostileCache::Op> maintenance_of(void (*scenario)(World&)) {
  World w{1, -1};
  scenario(w);
  return w.cache.done;
}

void expect_all_needed(void (*scenario)(World&), std::size_t steps) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) CHECK_TRUE(comes_through(scenario, seed));
  const auto maintenance = maintenance_of(scenario);
  CHECK_EQUAL(steps, maintenance.size());
  for (std::size_t i = 0; i < maintenance.size(); ++i) {
    unsigned seed = 1;
    while (seed <= kSeeds && comes_through(scenario, seed, static_cast<int>(i))) ++seed;
    if (seed > kSeeds) {
      const std::string text = "step " + std::to_string(i) + " is left out, and nobody sees it";
      FAIL(text.c_str());
    }
  }
}

constexpr std::size_t kLines = 5, kBarrier = 1;

}  // namespace

TEST_GROUP(DmaCache){void setup() override{fakes::use_kernel_memory();
fakes::take_log();
}
void teardown() override { STRCMP_EQUAL("", fakes::take_log()); }
}
;

TEST(DmaCache, to_the_device_needs_every_clean) { expect_all_needed(to_device, kLines + kBarrier); }
TEST(DmaCache, from_the_device_needs_every_clean_and_both_invalidations) {
  expect_all_needed(from_device, 2 * (kLines + kBarrier));
}
TEST(DmaCache, both_ways_needs_every_clean_and_invalidation) {
  expect_all_needed(both_ways, 2 * (kLines + kBarrier));
}
TEST(DmaCache, handing_over_to_the_device_again_needs_every_clean) {
  expect_all_needed(a_ring_to_the_device, 2 * (kLines + kBarrier));
}
TEST(DmaCache, handing_over_from_the_device_again_needs_all_of_it) {
  expect_all_needed(a_ring_from_the_device, 4 * (kLines + kBarrier));
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
