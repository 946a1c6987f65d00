// SPDX-License-Identifier: MIT
// The page cache over a fake disk, with threads and little memory.
#include <algorithm>
#include <block/inode_cache.hpp>
#include <block/page_cache.hpp>

#include "unit/host_only/block/disk.hpp"

using namespace mink;
using namespace mink::block;

namespace {

constexpr std::uint32_t kDiskPages = 256;  // four files

struct CacheBox : DiskBox {
  explicit CacheBox(std::size_t memory_pages = 256, const PageCache::Options& options = {})
      : DiskBox{memory_pages, kDiskPages * 8} {
    inodes.emplace(slab);
    cache.emplace(*device, *inodes, arena.pages(), slab, options);
    CHECK(ok(inodes->init()));
    CHECK(ok(cache->init()));
    arena.pages().add_shrinker(*inodes);
    arena.pages().add_shrinker(*cache);
  }
  void sound() {
    char text[512];
    BufferSink why{text};
    if (!cache->check(why)) FAIL(why.text());
  }
  void close() {
    sound();
    cache->discard();
    cache.reset();
    inodes.reset();
    DiskBox::close();
    if (!arena.whole()) FAIL("pages are missing");
  }
  // Page i holds only the byte `value`, on the disk.
  [[nodiscard]] bool on_disk(std::uint32_t i, unsigned char value) const {
    const auto* const at = &disk.bytes[std::size_t{i} * kPageSize];
    return std::all_of(at, at + kPageSize, [&](unsigned char c) { return c == value; });
  }
  Err put(std::uint32_t i, unsigned char value) {
    unsigned char bytes[kPageSize];
    std::memset(bytes, value, sizeof bytes);
    return cache->write(std::uint64_t{i} * kPageSize, bytes, sizeof bytes);
  }
  Err touch(std::uint32_t i) {
    unsigned char byte = 0;
    return cache->read(std::uint64_t{i} * kPageSize, &byte, 1);
  }
  // All memory but `pages` taken.
  void take_all_but(std::size_t pages) {
    while (page* const p = arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, nullptr)) taken.push_back(p);
    for (; pages != 0; --pages) give_one();
  }
  void give_one() {
    arena.pages().free(taken.back(), 0, nullptr);
    taken.pop_back();
  }
  void give_all() {
    while (!taken.empty()) give_one();
  }

  std::optional<InodeCache> inodes;
  std::optional<PageCache> cache;
  std::vector<page*> taken;
};

unsigned char value_of(std::uint32_t i) { return static_cast<unsigned char>(i * 3 + 1); }

}  // namespace

TEST_GROUP(PageCache) {
  CacheBox box;
  void teardown() override {
    box.give_all();
    box.close();
  }
};

TEST(PageCache, reads_through_and_once) {
  unsigned char bytes[10000];
  CHECK(ok(box.cache->read(5000, bytes, sizeof bytes)));
  CHECK(std::memcmp(bytes, &box.disk.bytes[5000], sizeof bytes) == 0);
  const unsigned before = box.disk.transfers;
  CHECK(ok(box.cache->read(6000, bytes, 5000)));
  CHECK(std::memcmp(bytes, &box.disk.bytes[6000], 5000) == 0);
  UNSIGNED_LONGS_EQUAL(before, box.disk.transfers);
  UNSIGNED_LONGS_EQUAL(3, box.cache->figures().nr_file_pages);
}

TEST(PageCache, a_write_stays_in_memory_until_sync) {
  const unsigned char before = box.disk.bytes[4096 * 3 + 100];
  const unsigned char mine[3] = {1, 2, 3};
  CHECK(ok(box.cache->write(4096 * 3 + 100, mine, 3)));
  BYTES_EQUAL(before, box.disk.bytes[4096 * 3 + 100]);
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_dirty);
  unsigned char back[5];
  CHECK(ok(box.cache->read(4096 * 3 + 99, back, 5)));
  BYTES_EQUAL(2, back[2]);
  const std::vector<unsigned char> neighbour(box.disk.bytes.begin() + 4096 * 3,
                                             box.disk.bytes.begin() + 4096 * 3 + 100);
  CHECK(ok(box.cache->sync()));
  UNSIGNED_LONGS_EQUAL(0, box.cache->figures().nr_dirty);
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_written);
  CHECK(std::memcmp(mine, &box.disk.bytes[4096 * 3 + 100], 3) == 0);
  CHECK(std::equal(neighbour.begin(), neighbour.end(), box.disk.bytes.begin() + 4096 * 3));  // was read first
}

TEST(PageCache, a_whole_page_is_not_read_before_it_is_written) {
  CHECK(ok(box.put(9, 0x77)));
  UNSIGNED_LONGS_EQUAL(0, box.disk.transfers);
  CHECK(ok(box.cache->sync()));
  UNSIGNED_LONGS_EQUAL(1, box.disk.transfers);
  CHECK(box.on_disk(9, 0x77));
}

TEST(PageCache, beyond_the_end_is_refused) {
  unsigned char bytes[8] = {};
  const std::uint64_t end = std::uint64_t{kDiskPages} * kPageSize;
  CHECK(box.cache->read(end - 4, bytes, 8) == Err::Range);
  CHECK(box.cache->write(end, bytes, 1) == Err::Range);
  CHECK(box.cache->write(~std::uint64_t{0}, bytes, 1) == Err::Range);
  CHECK(ok(box.cache->write(end - 8, bytes, 8)));
}

TEST(PageCache, sync_writes_in_the_order_of_the_disk_and_joined) {
  for (const std::uint32_t i : {5u, 3u, 4u, 2u, 1u, 0u, 7u, 6u}) CHECK(ok(box.put(i, value_of(i))));
  CHECK(ok(box.cache->sync()));
  CHECK(box.disk.transfers <= 3);
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(box.on_disk(i, value_of(i)));
}

TEST(PageCache, the_longest_unused_clean_pages_go_first) {
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(ok(box.touch(i)));
  CHECK(ok(box.touch(0)));
  UNSIGNED_LONGS_EQUAL(3, box.cache->shrink(GFP_KERNEL, 3));  // 1, 2, 3
  const unsigned before = box.disk.transfers;
  for (const std::uint32_t i : {0u, 4u, 5u, 6u, 7u}) CHECK(ok(box.touch(i)));
  UNSIGNED_LONGS_EQUAL(before, box.disk.transfers);
  for (const std::uint32_t i : {1u, 2u, 3u}) CHECK(ok(box.touch(i)));
  UNSIGNED_LONGS_EQUAL(before + 3, box.disk.transfers);
}

TEST(PageCache, without_gfp_io_dirty_pages_stay) {
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(ok(box.put(i, value_of(i))));
  CHECK(ok(box.touch(20)));
  const unsigned before = box.disk.transfers;
  UNSIGNED_LONGS_EQUAL(1, box.cache->shrink(GFP_NOIO, 5));  // the clean one
  UNSIGNED_LONGS_EQUAL(before, box.disk.transfers);
  UNSIGNED_LONGS_EQUAL(4, box.cache->figures().nr_dirty);
  UNSIGNED_LONGS_EQUAL(4, box.cache->shrink(GFP_NOFS, 5));  // I/O is not a file system
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(box.on_disk(i, value_of(i)));
  UNSIGNED_LONGS_EQUAL(0, box.cache->figures().nr_file_pages);
  UNSIGNED_LONGS_EQUAL(4, box.cache->figures().nr_vmscan_write);
}

TEST(PageCache, nothing_sleeps_where_it_must_not) {
  CHECK(ok(box.put(0, 1)));
  sync::preempt_disable();
  UNSIGNED_LONGS_EQUAL(0, box.cache->shrink(GFP_KERNEL, 5));
  sync::preempt_enable_no_resched();
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_dirty);
}

TEST(PageCache, more_than_memory_holds_passes_through) {
  box.take_all_but(40);
  for (std::uint32_t i = 0; i < kDiskPages; ++i) CHECK(ok(box.put(i, value_of(i))));
  box.sound();
  for (std::uint32_t i = 0; i < kDiskPages; ++i) {
    unsigned char byte = 0;
    CHECK(ok(box.cache->read(std::uint64_t{i} * kPageSize + 77, &byte, 1)));
    BYTES_EQUAL(value_of(i), byte);
  }
  CHECK(ok(box.cache->sync()));
  for (std::uint32_t i = 0; i < kDiskPages; ++i) CHECK(box.on_disk(i, value_of(i)));
  CHECK(box.cache->figures().nr_vmscan_write != 0);
  UNSIGNED_LONGS_EQUAL(0, box.device->recursions());
}

TEST(PageCache, a_driver_that_allocates_with_gfp_kernel_is_found_and_nothing_is_lost) {
  box.take_all_but(40);
  box.device->set_own_gfp(GFP_KERNEL);
  for (std::uint32_t i = 0; i < kDiskPages; ++i) CHECK(ok(box.put(i, value_of(i))));
  while (page* const p = box.arena.pages().alloc(GFP_NOWAIT | __GFP_NOWARN, 0, nullptr))
    box.taken.push_back(p);
  CHECK(ok(box.cache->sync()));
  for (std::uint32_t i = 0; i < kDiskPages; ++i) CHECK(box.on_disk(i, value_of(i)));
  CHECK(box.device->recursions() != 0);
  CHECK(fakes::logged("use GFP_NOIO here"));
}

TEST(PageCache, what_cannot_be_written_stays_dirty) {
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(ok(box.put(i, value_of(i))));
  box.disk.bad[3 * 8] = Direction::Write;
  CHECK(box.cache->sync() == Err::Io);
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_dirty);
  UNSIGNED_LONGS_EQUAL(0, box.cache->shrink(GFP_KERNEL, 8) - 7);
  box.cache->drop();
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_file_pages);
  unsigned char byte = 0;
  CHECK(ok(box.cache->read(3 * kPageSize, &byte, 1)));
  BYTES_EQUAL(value_of(3), byte);
  CHECK(box.cache->sync() == Err::Io);  // shrink's failure, and once more
  box.disk.bad.clear();
  CHECK(ok(box.cache->sync()));
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(box.on_disk(i, value_of(i)));
  CHECK(ok(box.cache->sync()));
}

TEST(PageCache, a_page_that_cannot_be_read_is_tried_anew) {
  box.disk.bad[8] = Direction::Read;
  CHECK(box.touch(1) == Err::Io);
  unsigned char byte = 1;
  CHECK(box.cache->write(kPageSize, &byte, 1) == Err::Io);  // the rest of the page is not known
  UNSIGNED_LONGS_EQUAL(0, box.cache->figures().nr_dirty);
  box.disk.bad.clear();
  CHECK(ok(box.touch(1)));
}

TEST(PageCache, without_memory_an_error_and_nothing_half_made) {
  box.take_all_but(0);
  unsigned char byte = 0;
  CHECK(box.cache->read(0, &byte, 1, GFP_KERNEL | __GFP_NOWARN) == Err::NoMem);
  box.sound();
  UNSIGNED_LONGS_EQUAL(0, box.cache->figures().nr_file_pages);
}

TEST(PageCache, two_threads_that_want_one_page_read_it_once) {
  static CacheBox* self;
  static unsigned done;
  self = &box;
  done = 0;
  for (unsigned i = 0; i < 3; ++i) {
    box.threads.start(
        [](void*) {
          CHECK(ok(self->touch(30)));
          ++done;
        },
        nullptr);
  }
  box.let_run(10);
  UNSIGNED_LONGS_EQUAL(3, done);
  UNSIGNED_LONGS_EQUAL(1, box.disk.transfers);
}

TEST(PageCache, a_write_during_write_back_is_written_too) {
  static CacheBox* self;
  self = &box;
  CHECK(ok(box.put(2, 0x11)));
  box.threads.start([](void*) { CHECK(ok(self->cache->sync())); }, nullptr);
  yield();  // it is under way now
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_writeback);
  CHECK(ok(box.put(2, 0x22)));  // waits for it
  CHECK(box.on_disk(2, 0x11));
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_dirty);
  CHECK(ok(box.cache->sync()));
  CHECK(box.on_disk(2, 0x22));
}

TEST(PageCache, a_page_that_somebody_is_about_to_use_stays) {
  static CacheBox* self;
  self = &box;
  box.disk.ticks = 5;
  CHECK(ok(box.put(2, 0x11)));
  box.threads.start([](void*) { CHECK(ok(self->cache->sync())); }, nullptr);
  box.threads.start([](void*) { CHECK(ok(self->put(2, 0x22))); }, nullptr, 25);
  box.let_run(1);  // the first has it under way, the second waits for it
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_writeback);
  // Time passes without sleep, so that the less urgent one does not get its turn.
  while (box.cache->figures().nr_writeback != 0) {
    fakes::FakeThreads::tick();
    yield();
  }
  UNSIGNED_LONGS_EQUAL(0, box.cache->shrink(GFP_KERNEL, 5));
  box.let_run(2);
  UNSIGNED_LONGS_EQUAL(1, box.cache->figures().nr_dirty);
  CHECK(ok(box.cache->sync()));
  CHECK(box.on_disk(2, 0x22));
}

TEST(PageCache, the_flusher_writes_by_itself) {
  box.threads.start([](void* c) { static_cast<PageCache*>(c)->flush_rounds(); }, &*box.cache, 16, "flush");
  CHECK(ok(box.put(2, 0x11)));
  box.let_run(2 * HZ);
  CHECK_FALSE(box.on_disk(2, 0x11));
  box.let_run(4 * HZ);
  CHECK(box.on_disk(2, 0x11));
  // ... and when reclaim that may not write asks for it
  CHECK(ok(box.put(3, 0x33)));
  UNSIGNED_LONGS_EQUAL(1, box.cache->shrink(GFP_NOIO, 5));
  box.let_run(5);
  CHECK(box.on_disk(3, 0x33));
  box.cache->stop_flusher();
  box.let_run(2);
}

TEST(PageCache, files_are_known_while_their_pages_are_cached_and_then_until_memory_is_short) {
  CHECK(ok(box.touch(0)));
  CHECK(ok(box.touch(1)));
  CHECK(ok(box.touch(200)));
  UNSIGNED_LONGS_EQUAL(2, box.inodes->figures().known);
  UNSIGNED_LONGS_EQUAL(0, box.inodes->shrink(GFP_KERNEL, 10));
  UNSIGNED_LONGS_EQUAL(2, box.inodes->figures().known);
  box.cache->drop();
  UNSIGNED_LONGS_EQUAL(2, box.inodes->figures().unused);
  UNSIGNED_LONGS_EQUAL(0, box.inodes->shrink(GFP_NOFS, 10));
  UNSIGNED_LONGS_EQUAL(2, box.inodes->figures().known);
  UNSIGNED_LONGS_EQUAL(1, box.inodes->figures().refused);
  CHECK(ok(box.touch(201)));  // in use again, its history kept
  Inode copy;
  CHECK(box.inodes->nth(1, copy));
  UNSIGNED_LONGS_EQUAL(3, copy.number);
  UNSIGNED_LONGS_EQUAL(2, copy.reads);
  box.inodes->shrink(GFP_KERNEL, 10);
  UNSIGNED_LONGS_EQUAL(1, box.inodes->figures().known);
  UNSIGNED_LONGS_EQUAL(1, box.inodes->figures().evicted);
}

TEST_GROUP(PageCacheLimit) {
  CacheBox box{256, {.dirty_limit = 16}};
  void teardown() override { box.close(); }
};

TEST(PageCacheLimit, who_dirties_too_much_writes_back_himself) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(ok(box.put(i, value_of(i))));
    CHECK(box.cache->figures().nr_dirty <= 17);
  }
  CHECK(box.cache->figures().nr_written >= 80);
}
