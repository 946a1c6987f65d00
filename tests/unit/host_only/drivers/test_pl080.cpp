// SPDX-License-Identifier: MIT
// The driver of the PL080 and the PL080S over a model of each.
#include <CppUTest/TestHarness.h>

#include <linux/mm.h>
#include <linux/slab.h>

#include <cstring>
#include <mm/dma.hpp>
#include <new>
#include <vector>

#include "fakes/dma_model.hpp"
#include "fakes/kernel_memory.hpp"
#include "pl080_impl.hpp"

using namespace mink;
using namespace mink::drivers;
using kernel::DmaCopy;
using kernel::DmaSegment;

namespace {

constexpr std::size_t kBuffer = 256 * 1024;

// The PL080S with a counter so small that a copy of a test needs more than one item.
struct SmallPl080sLayout : Pl080sLayout {
  static constexpr std::uint32_t kMostUnits = 1000;
};

struct Buffers {
  Buffers() {
    fakes::use_kernel_memory();
    from = static_cast<unsigned char*>(kmalloc(kBuffer, GFP_KERNEL | GFP_DMA));
    to = static_cast<unsigned char*>(kmalloc(kBuffer, GFP_KERNEL | GFP_DMA));
    for (std::size_t i = 0; i < kBuffer; ++i) from[i] = static_cast<unsigned char>(i * 7 + i / 251);
    std::memset(to, 0, kBuffer);
  }
  ~Buffers() {
    kfree(from);
    kfree(to);
  }
  [[nodiscard]] DmaSegment part(std::size_t to_at, std::size_t from_at, std::size_t bytes) const {
    return {virt_to_phys(to) + to_at, virt_to_phys(from) + from_at, bytes};
  }
  unsigned char *from, *to;
};

template <class Layout>
struct World : Buffers {
  using Driver = BasicPl080<fakes::FakeBus, Layout>;
  World() { CHECK_TRUE(ok(driver->init())); }

  void submit(DmaCopy& copy, std::span<const DmaSegment> segments) {
    copy.segments = segments;
    copy.context = this;
    copy.done = [](DmaCopy& c) { static_cast<World*>(c.context)->done.push_back(&c); };
    result = driver->submit(copy);
  }
  void serve() {
    while (model.interrupting()) CHECK_TRUE(driver->on_interrupt());
    CHECK_FALSE(driver->on_interrupt());
  }
  fakes::DmaModel<Layout> model;
  // Never destroyed: its pool is the kernel's for ever, as on the machine.
  Driver* driver = ::new (kmalloc(sizeof(Driver), GFP_KERNEL)) Driver{fakes::FakeBus{&model}, "test"};
  std::vector<DmaCopy*> done;
  Err result = Err::Ok;
};

template <class Layout>
void expect_copies_of_all_shapes() {
  World<Layout> w;
  for (const std::size_t bytes : {1u, 2u, 3u, 4u, 31u, 4096u, 16380u, 16381u, 65537u, 200000u}) {
    for (const unsigned to_at : {0u, 1u, 2u, 3u}) {
      for (const unsigned from_at : {0u, 2u, 3u}) {
        std::memset(w.to, 0x5a, kBuffer);
        DmaCopy copy;
        const DmaSegment segment = w.part(to_at, from_at, bytes);
        w.submit(copy, {&segment, 1});
        CHECK_TRUE(ok(w.result));
        w.serve();
        CHECK_EQUAL(1u, w.done.size());
        w.done.clear();
        CHECK_TRUE(ok(copy.result));
        CHECK_TRUE(std::memcmp(w.to + to_at, w.from + from_at, bytes) == 0);
        CHECK_TRUE(w.to[to_at + bytes] == 0x5a && (to_at == 0 || w.to[to_at - 1] == 0x5a));
      }
    }
  }
  CHECK_EQUAL(4u, w.model.widest);
  CHECK_EQUAL(0u, w.model.running);
}

template <class Layout>
void expect_pieces() {
  World<Layout> w;
  const DmaSegment pieces[] = {w.part(100, 5000, 300), w.part(9000, 0, 1), w.part(20001, 30001, 70001),
                               w.part(0, 77, 99)};
  DmaCopy copy;
  w.submit(copy, pieces);
  w.serve();
  for (const DmaSegment& p : pieces)
    CHECK_TRUE(std::memcmp(phys_to_virt(p.to), phys_to_virt(p.from), p.bytes) == 0);
}

template <class Layout>
void expect_a_queue() {
  World<Layout> w;
  w.model.busy = true;
  constexpr unsigned kCopies = 20;
  DmaCopy copies[kCopies];
  DmaSegment segments[kCopies];
  for (unsigned i = 0; i < kCopies; ++i) {
    segments[i] = w.part(i * 12000, i * 12000, 12000);
    w.submit(copies[i], {&segments[i], 1});
  }
  CHECK_EQUAL(Pl080Regs::kChannels, w.model.running);
  CHECK_TRUE(w.driver->cancel(copies[3]));   // at work
  CHECK_TRUE(w.driver->cancel(copies[19]));  // the last in the queue
  CHECK_TRUE(w.driver->cancel(copies[12]));
  CHECK_FALSE(w.driver->cancel(copies[12]));
  CHECK_EQUAL(Pl080Regs::kChannels, w.model.running);
  while (w.model.running != 0) {
    w.model.finish();
    w.serve();
  }
  CHECK_EQUAL(kCopies - 3, w.done.size());
  CHECK_EQUAL(Pl080Regs::kChannels, w.model.most_running);
  for (unsigned i = 0; i < kCopies; ++i) {
    const bool cancelled = i == 3 || i == 12 || i == 19;
    CHECK_EQUAL(cancelled, std::memcmp(w.to + i * 12000, w.from + i * 12000, 12000) != 0);
  }
  CHECK_EQUAL(kCopies - 3, w.driver->figures().copies);
  CHECK_EQUAL(3u, w.driver->figures().cancelled);
}

template <class Layout>
void expect_an_error() {
  World<Layout> w;
  w.model.bad = static_cast<std::uint32_t>(virt_to_phys(w.from)) + 50000;
  const DmaSegment good = w.part(0, 0, 1000), bad = w.part(1000, 1000, 100000);
  DmaCopy copies[2];
  w.submit(copies[0], {&bad, 1});
  w.submit(copies[1], {&good, 1});
  w.serve();
  CHECK_EQUAL(2u, w.done.size());
  CHECK_TRUE(copies[0].result == Err::Io);
  CHECK_TRUE(ok(copies[1].result));
  CHECK_EQUAL(1u, w.driver->figures().errors);
  w.model.bad = 0;  // the channel is fit for work again
  w.submit(copies[0], {&bad, 1});
  w.serve();
  CHECK_TRUE(ok(copies[0].result));
}

}  // namespace

TEST_GROUP(Pl080){};

TEST(Pl080, copies_of_all_shapes) { expect_copies_of_all_shapes<Pl080Layout>(); }
TEST(Pl080, copies_of_all_shapes_with_the_size_apart) { expect_copies_of_all_shapes<Pl080sLayout>(); }
TEST(Pl080, copies_of_all_shapes_with_the_size_apart_in_many_items) {
  expect_copies_of_all_shapes<SmallPl080sLayout>();
}
TEST(Pl080, pieces_are_one_list) {
  expect_pieces<Pl080Layout>();
  expect_pieces<SmallPl080sLayout>();
}
TEST(Pl080, eight_channels_and_a_queue) {
  expect_a_queue<Pl080Layout>();
  expect_a_queue<SmallPl080sLayout>();
}
TEST(Pl080, a_bus_error_ends_one_copy) {
  expect_an_error<Pl080Layout>();
  expect_an_error<Pl080sLayout>();
}

TEST(Pl080, where_each_of_the_two_keeps_what) {
  World<Pl080Layout> plain;
  World<Pl080sLayout> s;
  const DmaSegment segment = plain.part(0, 0, 16384);  // one unit too many for twelve bits
  DmaCopy copy;
  plain.submit(copy, {&segment, 1});
  CHECK_EQUAL(2u, plain.model.items);
  CHECK_EQUAL(4095u, plain.model.largest);
  CHECK_TRUE(plain.model.when(0x1f0) >= 0);
  s.submit(copy, {&segment, 1});
  CHECK_EQUAL(1u, s.model.items);
  CHECK_EQUAL(4096u, s.model.largest);
  CHECK_TRUE(s.model.wrote(0x1f0, 4096));                    // CONTROL2
  CHECK_TRUE(s.model.when(0x1f4, 1) > s.model.when(0x1f0));  // the configuration last
  CHECK_TRUE(plain.model.when(0x1f0, 1) > plain.model.when(0x1ec));
}

TEST(Pl080, what_cannot_be_copied_is_refused) {
  World<Pl080Layout> w;
  DmaCopy copy;
  w.submit(copy, {});
  CHECK_TRUE(w.result == Err::Inval);
  DmaSegment segment = w.part(0, 0, 0);
  w.submit(copy, {&segment, 1});
  CHECK_TRUE(w.result == Err::Inval);
  segment = {~dma_addr_t{0} - 5, virt_to_phys(w.from), 10};
  w.submit(copy, {&segment, 1});
  CHECK_TRUE(w.result == Err::Inval);
  CHECK_EQUAL(0u, w.model.most_running);
}

TEST(Pl080, without_memory_for_the_list_nothing_begins) {
  World<Pl080Layout> w;
  std::vector<void*> all;
  while (void* const p = mm::coherent_memory().alloc(kPageSize)) all.push_back(p);
  // A list that is certainly longer than what earlier copies have left: none of this driver's.
  const DmaSegment segment = w.part(1, 0, 200000);
  DmaCopy copy;
  w.submit(copy, {&segment, 1});
  CHECK_TRUE(w.result == Err::NoMem);
  CHECK_EQUAL(0u, w.model.most_running);
  for (void* const p : all) POINTERS_EQUAL(nullptr, mm::coherent_memory().free(p, kPageSize));
  w.submit(copy, {&segment, 1});
  CHECK_TRUE(ok(w.result));
  w.serve();
  CHECK_TRUE(ok(copy.result));
  CHECK_TRUE(std::memcmp(w.to + 1, w.from, 200000) == 0);
}

TEST(Pl080, what_firmware_left_is_off_before_it_is_enabled) {
  World<Pl080Layout> w;
  for (unsigned n = 0; n < 8; ++n) CHECK_TRUE(w.model.wrote(0x110 + n * 0x20, 0));
  CHECK_TRUE(w.model.when(0x030) > w.model.when(0x1f0));
  CHECK_TRUE(w.model.wrote(0x008, 0xff) && w.model.wrote(0x010, 0xff));
}

TEST(Pl080, the_list_is_in_memory_before_the_channel_looks_and_the_data_before_anybody_is_told) {
  World<Pl080Layout> w;
  DmaCopy copy;
  const DmaSegment segments[] = {w.part(0, 0, 100), w.part(200, 200, 100)};
  const unsigned dsbs = fakes::fake_barriers.dsbs;
  w.submit(copy, segments);
  CHECK_TRUE(w.model.dsbs_at_start > dsbs);
  static unsigned dmbs;
  copy.done = [](DmaCopy&) { dmbs = fakes::fake_barriers.dmbs; };
  CHECK_TRUE(w.driver->on_interrupt());
  CHECK_TRUE(dmbs > w.model.dmbs_at_status);
}
