// SPDX-License-Identifier: MIT
// Where the barriers are around accesses that a machine may answer out of order.
#include <CppUTest/TestHarness.h>

#include <arch/barrier.hpp>
#include <drivers/mmio.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

struct Word : Reg<0x08, Rw> {};

class Watched final : public fakes::RegisterFile {
 public:
  std::uint32_t load(std::size_t offset) override {
    dmbs = fakes::fake_barriers.dmbs;
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    dmbs = fakes::fake_barriers.dmbs;
    RegisterFile::store(offset, value);
  }
  unsigned dmbs = 0;  // before the last access
};

}  // namespace

TEST_GROUP(OrderedBus) {
  Watched file;
  Registers<OrderedBus<fakes::FakeBus>> device{OrderedBus<fakes::FakeBus>{fakes::FakeBus{&file}}};
};

TEST(OrderedBus, a_read_is_complete_before_the_next_access) {
  file.at<Word>() = 7;
  CHECK_EQUAL(7u, device.read<Word>());
  CHECK_TRUE(fakes::fake_barriers.dmbs > file.dmbs);
}

TEST(OrderedBus, a_write_waits_for_what_was_before) {
  const unsigned before = fakes::fake_barriers.dmbs;
  device.write<Word>(9);
  CHECK_TRUE(file.dmbs > before);
  CHECK_EQUAL(9u, file.at<Word>());
}
