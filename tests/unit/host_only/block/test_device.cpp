// SPDX-License-Identifier: MIT
// The request queue over a fake disk, with threads.
#include "unit/host_only/block/disk.hpp"

using namespace mink;
using namespace mink::block;

namespace {

std::vector<Request*> finished;

void note(Request& r) { finished.push_back(&r); }

// Pressure that only a device could relieve: what a page cache's shrinker would ask before it writes back.
struct Reclaimer final : mm::Shrinker {
  Device* device = nullptr;
  std::vector<gfp_t> asked, allowed;
  std::size_t shrink(gfp_t gfp, std::size_t) override {
    asked.push_back(gfp);
    allowed.push_back(device->without_recursion(gfp));
    return 0;
  }
};

}  // namespace

TEST_GROUP(BlockDevice) {
  DiskBox box;
  unsigned char sector[8 * kSectorSize] = {};
  void setup() override { finished.clear(); }
  void teardown() override { box.close(); }

  Request& submit(Direction direction, std::uint32_t at, std::uint32_t count, void* memory) {
    Request& r = box.device->get();
    r.direction = direction;
    r.sector = at;
    r.count = count;
    r.memory = memory;
    r.done = note;
    box.device->submit(r);
    return r;
  }
};

TEST(BlockDevice, reads_and_writes) {
  CHECK(ok(box.device->transfer(Direction::Read, 7, 2, sector)));
  CHECK(std::memcmp(sector, &box.disk.bytes[7 * 512], 1024) == 0);
  std::memset(sector, 0x5a, sizeof sector);
  CHECK(ok(box.device->transfer(Direction::Write, 100, 8, sector)));
  CHECK(std::memcmp(sector, &box.disk.bytes[100 * 512], sizeof sector) == 0);
  UNSIGNED_LONGS_EQUAL(1, box.device->figures().kb_read);
  UNSIGNED_LONGS_EQUAL(4, box.device->figures().kb_written);
}

TEST(BlockDevice, what_does_not_exist_is_refused_and_what_is_bad_fails) {
  CHECK(box.device->transfer(Direction::Read, 2048, 1, sector) == Err::Range);
  CHECK(box.device->transfer(Direction::Read, 2047, 2, sector) == Err::Range);
  CHECK(box.device->transfer(Direction::Read, 0xffffffff, 2, sector) == Err::Range);
  UNSIGNED_LONGS_EQUAL(0, box.disk.transfers);
  box.disk.bad[9] = Direction::Read;
  CHECK(box.device->transfer(Direction::Read, 9, 1, sector) == Err::Io);
  CHECK(ok(box.device->transfer(Direction::Read, 10, 1, sector)));
}

TEST(BlockDevice, submitting_does_not_wait_and_the_order_is_kept) {
  static unsigned char memory[4][512];
  for (unsigned i = 0; i < 4; ++i) submit(Direction::Read, 40 - 10 * i, 1, memory[i]);
  CHECK(finished.empty());
  box.let_run(10);
  UNSIGNED_LONGS_EQUAL(4, finished.size());
  for (unsigned i = 0; i < 4; ++i) {
    UNSIGNED_LONGS_EQUAL(40 - 10 * i, finished[i]->sector);
    CHECK(std::memcmp(memory[i], &box.disk.bytes[(40 - 10 * i) * 512], 512) == 0);
    box.device->put(*finished[i]);
  }
}

TEST(BlockDevice, neighbours_become_one_transfer) {
  static unsigned char memory[16][4096];
  for (unsigned i = 0; i < 16; ++i) {
    std::memset(memory[i], static_cast<int>(0x10 + i), 4096);
    submit(Direction::Write, 8 * i, 8, memory[i]);
  }
  box.let_run(10);
  UNSIGNED_LONGS_EQUAL(2, box.disk.transfers);
  UNSIGNED_LONGS_EQUAL(Device::kJoinSectors, box.disk.longest);
  for (unsigned i = 0; i < 16; ++i) {
    BYTES_EQUAL(0x10 + i, box.disk.bytes[i * 4096]);
    BYTES_EQUAL(0x10 + i, box.disk.bytes[i * 4096 + 4095]);
  }
  for (Request* r : finished) box.device->put(*r);
  finished.clear();
  for (unsigned i = 0; i < 4; ++i) submit(Direction::Read, 16 + 8 * i, 8, memory[i]);
  box.let_run(10);
  UNSIGNED_LONGS_EQUAL(3, box.disk.transfers);
  for (unsigned i = 0; i < 4; ++i) BYTES_EQUAL(0x12 + i, memory[i][100]);
  for (Request* r : finished) box.device->put(*r);
}

TEST(BlockDevice, a_bad_sector_among_neighbours_fails_its_own_request_alone) {
  static unsigned char memory[3][4096];
  box.disk.bad[12] = Direction::Write;
  for (unsigned i = 0; i < 3; ++i) submit(Direction::Write, 8 * i, 8, memory[i]);
  box.let_run(10);
  UNSIGNED_LONGS_EQUAL(3, finished.size());
  CHECK(ok(finished[0]->result));
  CHECK(finished[1]->result == Err::Io);
  CHECK(ok(finished[2]->result));
  for (Request* r : finished) box.device->put(*r);
}

TEST(BlockDevice, with_no_memory_left_requests_still_pass) {
  std::vector<page*> all;
  while (page* const p = box.arena.pages().alloc(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOWARN, 0, nullptr))
    all.push_back(p);
  static unsigned char memory[4096];
  unsigned done = 0;
  for (unsigned i = 0; i < 200; ++i, ++done) {
    CHECK(ok(box.device->transfer(Direction::Write, 8 * (i % 100), 8, memory)));
  }
  // ... many at once, too: more than the reserve has
  static unsigned requests_done;
  requests_done = 0;
  for (unsigned i = 0; i < 100; ++i) {
    Request& r = box.device->get();
    r.direction = Direction::Write;
    r.sector = 8 * i;
    r.count = 8;
    r.memory = memory;
    r.owner = &*box.device;
    r.done = [](Request& q) {
      ++requests_done;
      static_cast<Device*>(q.owner)->put(q);
    };
    box.device->submit(r);
  }
  box.let_run(300);
  UNSIGNED_LONGS_EQUAL(100, requests_done);
  CHECK(box.device->figures().no_buffer != 0);
  UNSIGNED_LONGS_EQUAL(0, box.device->recursions());
  for (page* p : all) box.arena.pages().free(p, 0, nullptr);
}

TEST(BlockDevice, gfp_kernel_inside_the_layer_is_found_and_named) {
  static Reclaimer reclaimer;
  reclaimer = Reclaimer{};
  reclaimer.device = &*box.device;
  box.arena.pages().add_shrinker(reclaimer);
  box.device->set_own_gfp(GFP_KERNEL);
  std::vector<page*> all;
  while (page* const p = box.arena.pages().alloc(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOWARN, 0, nullptr))
    all.push_back(p);
  const unsigned dumps = fakes::stack_dumps();
  static unsigned char memory[2][4096];
  for (unsigned i = 0; i < 2; ++i) submit(Direction::Write, 8 * i, 8, memory[i]);
  box.let_run(10);                           // the device's thread wants a buffer for both
  UNSIGNED_LONGS_EQUAL(2, finished.size());  // no dead-lock
  for (Request* r : finished) CHECK(ok(r->result));
  CHECK(box.device->recursions() != 0);
  const bool named = fakes::logged(
      "BUG: block device disk0: memory is reclaimed with I/O allowed inside its block layer by thread disk0");
  CHECK(named);
  CHECK(fakes::logged("the mask was GFP_KERNEL"));
  CHECK(fakes::logged("use GFP_NOIO here"));
  UNSIGNED_LONGS_EQUAL(dumps + 1, fakes::stack_dumps());  // once
  for (std::size_t i = 0; i < reclaimer.asked.size(); ++i) {
    UNSIGNED_LONGS_EQUAL(0, reclaimer.allowed[i] & (__GFP_IO | __GFP_FS));
  }
  for (Request* r : finished) box.device->put(*r);
  for (page* p : all) box.arena.pages().free(p, 0, nullptr);
}

TEST(BlockDevice, others_may_reclaim_with_io) {
  UNSIGNED_LONGS_EQUAL(GFP_KERNEL, box.device->without_recursion(GFP_KERNEL));
  UNSIGNED_LONGS_EQUAL(0, box.device->recursions());
}

TEST(BlockDevice, its_own_thread_may_not_wait_for_it) {
  static Device* device;
  static Err result;
  device = &*box.device;
  result = Err::Ok;
  box.disk.on_transfer = [] {
    unsigned char mine[512];
    if (ok(result)) result = device->transfer(Direction::Read, 0, 1, mine);
  };
  CHECK(ok(box.device->transfer(Direction::Read, 0, 1, sector)));
  CHECK(result == Err::Busy);
  CHECK(fakes::logged("a transfer is waited for inside its block layer by thread disk0"));
  box.disk.on_transfer = nullptr;
}
