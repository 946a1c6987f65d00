// SPDX-License-Identifier: MIT
// A block device of a test's own: memory, threads and a disk that can fail.
#pragma once
#include <CppUTest/TestHarness.h>

#include <linux/sched.h>

#include <block/device.hpp>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "fakes/log.hpp"
#include "fakes/test_arena.hpp"
#include "fakes/threads.hpp"

namespace mink::block {

class FakeDisk final : public Driver {
 public:
  explicit FakeDisk(std::uint32_t sectors) : bytes(std::size_t{sectors} * kSectorSize) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i / 512 + i % 509);
  }
  const char* name() const override { return "disk0"; }
  std::uint32_t sectors() const override { return static_cast<std::uint32_t>(bytes.size() / kSectorSize); }
  Err transfer(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory) override {
    ++transfers;
    if (on_transfer != nullptr) on_transfer();
    schedule_timeout_uninterruptible(ticks);  // until its interrupt
    for (std::uint32_t s = sector; s < sector + count; ++s) {
      if (bad.contains(s) && bad[s] == direction) return Err::Io;
    }
    unsigned char* const at = &bytes[std::size_t{sector} * kSectorSize];
    const std::size_t size = std::size_t{count} * kSectorSize;
    if (direction == Direction::Read) {
      std::memcpy(memory, at, size);
    } else {
      std::memcpy(at, memory, size);
    }
    longest = count > longest ? count : longest;
    return Err::Ok;
  }

  std::vector<unsigned char> bytes;
  std::map<std::uint32_t, Direction> bad;
  unsigned transfers = 0;
  std::uint32_t longest = 0;
  long ticks = 1;
  void (*on_transfer)() = nullptr;
};

// Threads, memory and the device with its thread running.
struct DiskBox {
  explicit DiskBox(std::size_t memory_pages = 256, std::uint32_t sectors = 2048)
      : arena{fakes::TestArena::Options{.pages = memory_pages}}, disk{sectors} {
    fakes::take_log();
    CHECK(ok(slab.init(arena.pages())));
    free_at_start = arena.pages().free_pages();
    device.emplace(disk, slab);
    CHECK(ok(device->init()));
    threads.start([](void* d) { static_cast<Device*>(d)->serve(); }, &*device, 16, "disk0");
  }
  // Everything given back: to be called at the end of a test.
  void close() {
    device->stop();
    let_run(3);
    device.reset();
    char text[512];
    BufferSink why{text};
    if (!slab.check(why) || !arena.pages().check(why)) FAIL(why.text());
    LONGS_EQUAL(0, static_cast<int>(slab.shut_down()));
  }
  static void let_run(long ticks) { schedule_timeout_uninterruptible(ticks); }

  fakes::FakeThreads threads;
  fakes::TestArena arena;
  mm::SlabAllocator slab;
  FakeDisk disk;
  std::optional<Device> device;
  std::size_t free_at_start = 0;
};

}  // namespace mink::block
