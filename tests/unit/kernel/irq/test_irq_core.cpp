// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <arch/irq.hpp>
#include <kernel/irq_core.hpp>
#include <sync/preempt.hpp>

#include "fakes/irq_lines.hpp"
#include "fakes/log.hpp"

using namespace mink;
using namespace mink::kernel;

namespace {

constexpr unsigned kBase = 16;

// A device on a line: lowers it when handled, unless it is stuck, and remembers how it was called.
struct Device {
  fakes::FakeIrqChip* chip = nullptr;
  unsigned line = 0;
  bool interrupting = false;
  bool stuck = false;
  unsigned calls = 0;
  int irq = -1;
  bool in_irq = false;
  int order = 0;

  void raise() {
    interrupting = true;
    chip->raise(line);
  }
};
int order = 0;

irqreturn_t handle(int irq, void* dev_id) {
  Device& device = *static_cast<Device*>(dev_id);
  ++device.calls;
  device.irq = irq;
  device.in_irq = sync::in_irq();
  device.order = ++order;
  if (!device.interrupting) return IRQ_NONE;
  if (!device.stuck) {
    device.interrupting = false;
    device.chip->lower(device.line);
  }
  return IRQ_HANDLED;
}

irqreturn_t refuse(int, void*) { return IRQ_NONE; }

unsigned softirqs = 0;
unsigned softirq_count_seen = ~0u;
void softirq() {
  ++softirqs;
  softirq_count_seen = sync::preempt_count() & sync::kHardirqMask;
}

}  // namespace

TEST_GROUP(IrqCore) {
  fakes::FakeIrqChip chip;
  IrqCore core;
  Device a, b;

  void setup() override {
    fakes::take_log();
    order = 0;
    softirqs = 0;
    chip.enabled = ~0u;  // as firmware may leave it
    CHECK_TRUE(ok(core.add_root(chip, kBase, 32)));
    a.chip = b.chip = &chip;
  }
  // As the vectors do.
  void enter() {
    const arch::IrqGuard guard;
    core.entry();
  }
  int request(unsigned line, Device& device, unsigned long flags = 0, const char* name = "dev") {
    device.line = line;
    return core.request(kBase + line, handle, flags, name, &device);
  }
};

TEST(IrqCore, all_lines_start_masked_and_a_request_unmasks) {
  CHECK_EQUAL(0u, chip.enabled);
  CHECK_EQUAL(0, request(5, a));
  CHECK_EQUAL(1u << 5, chip.enabled);
}

TEST(IrqCore, a_handler_gets_its_number_and_device_in_irq_context) {
  request(5, a);
  a.raise();
  const unsigned before = sync::preempt_count();
  enter();
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(static_cast<int>(kBase + 5), a.irq);
  CHECK_TRUE(a.in_irq);
  CHECK_EQUAL(before, sync::preempt_count());
  CHECK_EQUAL(1u, core.count(kBase + 5));
  CHECK_EQUAL(1u << 5, chip.acked);
  CHECK_EQUAL(1u << 5, chip.ended);
}

TEST(IrqCore, one_entry_handles_all_that_is_pending_by_priority) {
  request(9, a);
  request(3, b);
  a.raise();
  b.raise();
  enter();
  CHECK_EQUAL(1, b.order);
  CHECK_EQUAL(2, a.order);
  CHECK_EQUAL(0u, core.spurious());
}

TEST(IrqCore, nothing_pending_is_spurious) {
  enter();
  CHECK_EQUAL(1u, core.spurious());
}

TEST(IrqCore, a_line_without_handler_is_masked_and_counted) {
  chip.unmask(4);
  chip.raise(4);
  enter();
  CHECK_EQUAL(1u, core.spurious());
  CHECK_FALSE(chip.unmasked(4));
}

TEST(IrqCore, sharers_are_all_called_in_order_of_request) {
  CHECK_EQUAL(0, request(5, a, IRQF_SHARED));
  CHECK_EQUAL(0, request(5, b, IRQF_SHARED));
  b.raise();
  enter();
  CHECK_EQUAL(1, a.order);
  CHECK_EQUAL(2, b.order);
  CHECK_EQUAL(0u, core.unhandled(kBase + 5));
}

TEST(IrqCore, a_line_is_shared_only_by_agreement) {
  CHECK_EQUAL(0, request(5, a, IRQF_SHARED | IRQF_TRIGGER_HIGH, "first"));
  CHECK_EQUAL(-16, request(5, b, 0, "second"));
  CHECK_TRUE(fakes::logged("genirq: Flags mismatch irq 21. 00000000 (second) vs. 00000084 (first)"));
  CHECK_EQUAL(-16, request(5, b, IRQF_SHARED | IRQF_TRIGGER_RISING));
  fakes::take_log();
  CHECK_EQUAL(-16, request(5, b, IRQF_PROBE_SHARED));
  CHECK_FALSE(fakes::logged("mismatch"));
  CHECK_EQUAL(0, request(6, b));
  Device c;
  CHECK_EQUAL(-16, request(6, c, IRQF_SHARED));
}

TEST(IrqCore, nonsense_is_refused) {
  CHECK_EQUAL(-22, core.request(kBase + 32, handle, 0, "x", &a));
  CHECK_EQUAL(-22, core.request(kBase - 1, handle, 0, "x", &a));
  CHECK_EQUAL(-22, core.request(~0u, handle, 0, "x", &a));
  CHECK_EQUAL(-22, core.request(kBase, nullptr, 0, "x", &a));
  CHECK_EQUAL(-22, core.request(kBase, handle, IRQF_SHARED, "x", nullptr));
  CHECK_EQUAL(0u, chip.enabled);
}

TEST(IrqCore, free_takes_the_one_with_that_device) {
  request(5, a, IRQF_SHARED, "first");
  request(5, b, IRQF_SHARED, "second");
  STRCMP_EQUAL("first", static_cast<const char*>(core.free(kBase + 5, &a)));
  CHECK_TRUE(chip.unmasked(5));
  b.raise();
  enter();
  CHECK_EQUAL(0u, a.calls);
  CHECK_EQUAL(1u, b.calls);
  STRCMP_EQUAL("second", static_cast<const char*>(core.free(kBase + 5, &b)));
  CHECK_FALSE(chip.unmasked(5));
  CHECK_TRUE(core.free(kBase + 5, &b) == nullptr);
  CHECK_TRUE(fakes::logged("Trying to free already-free IRQ 21"));
}

TEST(IrqCore, the_pool_of_handlers_can_be_used_up_and_comes_back) {
  Device devices[IrqCore::kMaxActions + 1];
  for (unsigned i = 0; i < IrqCore::kMaxActions; ++i) {
    CHECK_EQUAL(0, core.request(kBase, refuse, IRQF_SHARED, "x", &devices[i]));
  }
  CHECK_EQUAL(-12, core.request(kBase, refuse, IRQF_SHARED, "x", &devices[IrqCore::kMaxActions]));
  CHECK_TRUE(core.free(kBase, &devices[3]) != nullptr);
  CHECK_EQUAL(0, core.request(kBase, refuse, IRQF_SHARED, "x", &devices[IrqCore::kMaxActions]));
}

TEST(IrqCore, disable_nests_and_one_enable_too_many_is_reported) {
  request(5, a);
  core.disable(kBase + 5);
  core.disable(kBase + 5);
  CHECK_FALSE(chip.unmasked(5));
  core.enable(kBase + 5);
  CHECK_FALSE(chip.unmasked(5));
  core.enable(kBase + 5);
  CHECK_TRUE(chip.unmasked(5));
  CHECK_FALSE(fakes::logged("Unbalanced"));
  core.enable(kBase + 5);
  CHECK_TRUE(fakes::logged("Unbalanced enable for IRQ 21"));
  CHECK_TRUE(chip.unmasked(5));
}

TEST(IrqCore, a_masked_line_waits_and_is_delivered_when_enabled) {
  request(5, a);
  core.disable(kBase + 5);
  a.raise();
  enter();
  CHECK_EQUAL(0u, a.calls);
  core.enable(kBase + 5);
  enter();
  CHECK_EQUAL(1u, a.calls);
}

TEST(IrqCore, no_autoen_waits_for_enable_irq) {
  request(5, a, IRQF_NO_AUTOEN);
  CHECK_FALSE(chip.unmasked(5));
  core.enable(kBase + 5);
  CHECK_TRUE(chip.unmasked(5));
}

TEST(IrqCore, a_cascade_is_dispatched_through_its_parent) {
  fakes::FakeIrqChip second{"SIC"};
  chip.behind = &second;
  chip.behind_line = 31;
  CHECK_TRUE(ok(core.add_cascade(second, 48, 32, kBase + 31)));
  a.chip = &second;
  a.line = 2;
  CHECK_EQUAL(0, core.request(50, handle, 0, "behind", &a));
  a.raise();
  enter();
  CHECK_EQUAL(1u, a.calls);
  CHECK_EQUAL(50, a.irq);
  CHECK_EQUAL(1u, core.count(50));
  CHECK_EQUAL(1u, core.count(kBase + 31));
  CHECK_EQUAL(-22, core.request(kBase + 31, handle, 0, "x", &b));  // the parent's line is spoken for
  CHECK_TRUE(core.add_cascade(second, 90, 32, kBase + 31) == Err::Busy);
  CHECK_TRUE(core.add_cascade(second, 48, 32, kBase + 30) == Err::Busy);
  CHECK_TRUE(core.add_cascade(second, 120, 32, kBase + 30) == Err::Inval);
}

TEST(IrqCore, a_storm_that_nobody_cares_for_is_masked) {
  CHECK_EQUAL(0, core.request(kBase + 8, refuse, 0, "deaf", &a));
  chip.raise(8);
  enter();  // returns only because the line is masked in the end
  CHECK_FALSE(chip.unmasked(8));
  CHECK_EQUAL(IrqCore::kStormWindow, core.unhandled(kBase + 8));
  CHECK_TRUE(fakes::logged("irq 24: nobody cared"));
  CHECK_TRUE(fakes::logged("Disabling IRQ #24"));
}

TEST(IrqCore, softirqs_follow_the_last_handler_of_the_outermost_interrupt) {
  core.set_softirq(softirq);
  request(5, a);
  a.raise();
  enter();
  CHECK_EQUAL(1u, softirqs);
  CHECK_EQUAL(0u, softirq_count_seen);
  sync::mink_preempt_count += sync::kSoftirqOffset;  // an interrupt in a softirq: that one goes on by itself
  a.raise();
  enter();
  sync::mink_preempt_count -= sync::kSoftirqOffset;
  CHECK_EQUAL(2u, a.calls);
  CHECK_EQUAL(1u, softirqs);
}

TEST(IrqCore, a_handler_that_enables_interrupts_is_named) {
  const irq_handler_t careless = [](int, void* dev_id) {
    static_cast<fakes::FakeIrqChip*>(dev_id)->lower(5);
    local_irq_enable();
    return IRQ_HANDLED;
  };
  CHECK_EQUAL(0, core.request(kBase + 5, careless, 0, "careless", &chip));
  chip.raise(5);
  const arch::IrqState state = arch::irq_save();
  core.entry();
  CHECK_TRUE(arch::irqs_disabled());
  arch::irq_restore(state);
  CHECK_TRUE(fakes::logged("enabled interrupts"));
}

TEST(IrqCore, free_irq_in_an_interrupt_is_refused) {
  request(5, a);
  sync::mink_preempt_count += sync::kHardirqOffset;
  CHECK_TRUE(core.free(kBase + 5, &a) == nullptr);
  sync::mink_preempt_count -= sync::kHardirqOffset;
  CHECK_TRUE(fakes::logged("from IRQ context"));
  CHECK_TRUE(chip.unmasked(5));
}

TEST(IrqCore, proc_interrupts_has_linux_columns) {
  request(4, a, IRQF_SHARED, "timer");
  request(4, b, IRQF_SHARED, "other");
  for (int i = 0; i < 6; ++i) {
    a.raise();
    enter();
  }
  Device uart;
  uart.chip = &chip;
  request(7, uart, 0, "uart-pl011");
  enter();  // spurious
  char text[512];
  BufferSink out{text};
  core.show(out);
  STRCMP_EQUAL(
      "           CPU0       \n"
      " 20:          6      FAKE   4 Level     timer, other\n"
      " 23:          0      FAKE   7 Edge      uart-pl011\n"
      "Err:          1\n",
      out.text());
}
