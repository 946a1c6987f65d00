// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <drivers/mmio.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;

namespace {

struct Status : Reg<0x08, Ro> {
  using Level = Field<4, 3>;
  using Whole = Field<0, 32>;
};
struct Command : Reg<0x0c, Wo> {};
struct Both : Reg<0x10, Rw> {};

template <class Device, class R>
concept CanRead = requires(const Device& d) {
  d.template read<R>();
};
template <class Device, class R>
concept CanWrite = requires(const Device& d) {
  d.template write<R>(0u);
};

using Device = Registers<fakes::FakeBus>;
static_assert(CanRead<Device, Status> && !CanWrite<Device, Status>);
static_assert(!CanRead<Device, Command> && CanWrite<Device, Command>);
static_assert(CanRead<Device, Both> && CanWrite<Device, Both>);

static_assert(Status::Level::kMask == 0x70);
static_assert(Status::Level::put(5) == 0x50 && Status::Level::get(0xffffffdf) == 5);
static_assert(Status::Level::put(9) == 0x10, "a value too large touches no other field");
static_assert(Status::Whole::kMask == 0xffffffff);
static_assert(Status::Level::in(0x40) && !Status::Level::in(0x8f));

}  // namespace

TEST_GROUP(Mmio) { std::uint32_t memory[8] = {}; };

TEST(Mmio, registers_lie_at_their_offsets) {
  const Registers<Mmio> device{Mmio{virt_of(memory)}};
  memory[2] = 0x12345678;
  CHECK_EQUAL(0x12345678u, device.read<Status>());
  device.write<Command>(0xcafe);
  CHECK_EQUAL(0xcafeu, memory[3]);
  CHECK_EQUAL(0u, memory[4]);
}

TEST(Mmio, moves_to_another_mapping) {
  std::uint32_t other[8] = {};
  Registers<Mmio> device{Mmio{virt_of(memory)}};
  device.move_to(Mmio{virt_of(other)});
  device.write<Both>(7);
  CHECK_EQUAL(7u, other[4]);
  CHECK_EQUAL(0u, memory[4]);
}
