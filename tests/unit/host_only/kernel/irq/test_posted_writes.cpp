// SPDX-License-Identifier: MIT
// Writes to devices are on their way until a DSB: to the interrupt controller, and to the device whose level must fall.
#include <CppUTest/TestHarness.h>

#include <arch/barrier.hpp>
#include <arch/irq.hpp>
#include <bit>
#include <cstdint>
#include <kernel/irq_core.hpp>
#include <vector>

#include "fakes/log.hpp"

using namespace mink;
using namespace mink::kernel;

namespace {

constexpr unsigned kBase = 16, kLine = 5;

// A controller, and a device on its line kLine, at the other end of a bus that takes its time.
class SlowBus final : public IrqChip {
 public:
  SlowBus() {
    fakes::fake_barriers = {};
    fakes::fake_barriers.context = this;
    fakes::fake_barriers.on_dsb = [](void* bus) { static_cast<SlowBus*>(bus)->arrive(); };
  }
  ~SlowBus() { fakes::fake_barriers = {}; }

  [[nodiscard]] const char* name() const override { return "SLOW"; }
  void mask(unsigned line) override { posted_.push_back({&enabled_, 0, 1u << line}); }
  void unmask(unsigned line) override { posted_.push_back({&enabled_, 1u << line, 0}); }
  void ack(unsigned) override {}
  void eoi(unsigned) override {}
  [[nodiscard]] bool is_level(unsigned) const override { return true; }
  unsigned next_pending() override {
    if (asked_after_ == kNever) asked_after_ = fakes::fake_barriers.dsbs;
    if (++reads_ % 64 == 0) arrive();  // at last they do by themselves
    const std::uint32_t pending = asserted_ & enabled_;
    return pending != 0 ? static_cast<unsigned>(std::countr_zero(pending)) : kNone;
  }

  void raise() { asserted_ |= 1u << kLine; }
  void device_is_served() { posted_.push_back({&asserted_, 0, 1u << kLine}); }
  void arrive() {
    for (const Write& w : posted_) *w.to = (*w.to | w.sets) & ~w.clears;
    posted_.clear();
  }
  void forget_reads() { asked_after_ = kNever; }
  // DSBs that there had been when the controller was asked first.
  [[nodiscard]] unsigned asked_after() const { return asked_after_; }

 private:
  struct Write {
    std::uint32_t* to;
    std::uint32_t sets, clears;
  };
  static constexpr unsigned kNever = ~0u;
  std::uint32_t asserted_ = 0, enabled_ = 0;
  std::vector<Write> posted_;
  unsigned reads_ = 0;
  unsigned asked_after_ = kNever;
};

unsigned calls = 0;

irqreturn_t serve(int, void* bus) {
  ++calls;
  static_cast<SlowBus*>(bus)->device_is_served();
  return IRQ_HANDLED;
}

}  // namespace

TEST_GROUP(PostedWrites) {
  SlowBus bus;
  IrqCore core;

  void setup() override {
    fakes::take_log();
    calls = 0;
    CHECK_TRUE(ok(core.add_root(bus, kBase, 32)));
    CHECK_EQUAL(0, core.request(kBase + kLine, serve, 0, "slow", &bus));
    bus.arrive();
  }
  // As the CPU does: it enters if the line is up.
  void interrupts_are_on() {
    const arch::IrqGuard guard;
    if (bus.next_pending() != IrqChip::kNone) core.entry();
  }
};

TEST(PostedWrites, a_level_that_falls_late_is_handled_once) {
  bus.raise();
  interrupts_are_on();
  CHECK_EQUAL(1u, calls);
  CHECK_EQUAL(1u, core.count(kBase + kLine));
  interrupts_are_on();
  CHECK_EQUAL(1u, calls);
  CHECK_EQUAL(0u, core.spurious());
}

TEST(PostedWrites, after_disable_no_handler_runs) {
  core.disable(kBase + kLine);
  bus.raise();
  interrupts_are_on();
  CHECK_EQUAL(0u, calls);
  core.enable(kBase + kLine);
  bus.arrive();
  interrupts_are_on();
  CHECK_EQUAL(1u, calls);
}

TEST(PostedWrites, after_free_the_line_is_silent) {
  CHECK_TRUE(core.free(kBase + kLine, &bus) != nullptr);
  bus.raise();
  interrupts_are_on();
  CHECK_EQUAL(0u, calls);
  CHECK_EQUAL(0u, core.spurious());
}

TEST(PostedWrites, the_controller_is_asked_when_no_other_access_is_under_way) {
  bus.raise();
  const arch::IrqGuard guard;
  bus.forget_reads();
  const unsigned before = fakes::fake_barriers.dsbs;
  core.entry();
  CHECK_TRUE(bus.asked_after() > before);
}
