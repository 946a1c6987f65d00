// SPDX-License-Identifier: MIT
#include <linux/rcupdate.h>
#include <linux/softirq.h>
#include <arch/irq.hpp>
#include <kernel/softirq.hpp>
#include <string>
#include <sync/preempt.hpp>
#include "CppUTest/TestHarness.h"
#include "fakes/threads.hpp"
#include "softirq/rcu_softirq.hpp"

using namespace mink;

namespace {

std::string trace;

// The end of the outermost interrupt.
void interrupt_returns() {
  const arch::IrqGuard irqs_off;
  kernel::serve_softirqs();
}

template <char letter>
void note(tasklet_struct*) {
  trace += letter;
}

}  // namespace

TEST_GROUP(Softirq) {
  fakes::FakeThreads threads;
  void setup() override {
    trace.clear();
    kernel::softirq_init();
  }
};

TEST(Softirq, ATaskletRunsOnceHoweverOftenItIsScheduled) {
  static DECLARE_TASKLET(tasklet, note<'t'>);
  tasklet_schedule(&tasklet);
  tasklet_schedule(&tasklet);
  STRCMP_EQUAL("", trace.c_str());
  interrupt_returns();
  STRCMP_EQUAL("t", trace.c_str());
  interrupt_returns();
  STRCMP_EQUAL("t", trace.c_str());
}

TEST(Softirq, UrgentTaskletsGoFirst) {
  static DECLARE_TASKLET(normal, note<'n'>);
  static DECLARE_TASKLET(urgent, note<'u'>);
  tasklet_schedule(&normal);
  tasklet_hi_schedule(&urgent);
  interrupt_returns();
  STRCMP_EQUAL("un", trace.c_str());
}

TEST(Softirq, ADisabledTaskletWaits) {
  static DECLARE_TASKLET(tasklet, note<'t'>);
  tasklet_disable(&tasklet);
  tasklet_schedule(&tasklet);
  interrupt_returns();
  STRCMP_EQUAL("", trace.c_str());
  tasklet_enable(&tasklet);
  interrupt_returns();
  STRCMP_EQUAL("t", trace.c_str());
}

TEST(Softirq, InsideASoftirqInterruptsAreOnAndTheCountSaysSo) {
  static bool irqs_on;
  static bool softirq;
  static DECLARE_TASKLET(tasklet, [](tasklet_struct*) {
    irqs_on = !arch::irqs_disabled();
    softirq = sync::in_softirq() && !sync::in_irq();
  });
  tasklet_schedule(&tasklet);
  interrupt_returns();
  CHECK(irqs_on);
  CHECK(softirq);
  CHECK_FALSE(sync::in_softirq());
}

TEST(Softirq, AnInterruptInsideASoftirqDoesNotNestThem) {
  static DECLARE_TASKLET(inner, note<'i'>);
  static DECLARE_TASKLET(outer, [](tasklet_struct*) {
    tasklet_schedule(&inner);
    interrupt_returns();
    trace += 'o';
  });
  tasklet_schedule(&outer);
  interrupt_returns();
  STRCMP_EQUAL("oi", trace.c_str());
}

TEST(Softirq, LocalBhDisableHoldsThemBack) {
  static DECLARE_TASKLET(tasklet, note<'t'>);
  local_bh_disable();
  local_bh_disable();
  tasklet_schedule(&tasklet);
  interrupt_returns();
  local_bh_enable();
  STRCMP_EQUAL("", trace.c_str());
  CHECK(sync::in_atomic());
  local_bh_enable();
  STRCMP_EQUAL("t", trace.c_str());
  CHECK_FALSE(sync::in_atomic());
}

TEST(Softirq, RcuWaitsForReaders) {
  static rcu_head head;
  call_rcu(&head, [](rcu_head*) { trace += 'f'; });
  rcu_read_lock();
  kernel::rcu_tick(sync::preempt_count());
  interrupt_returns();
  STRCMP_EQUAL("", trace.c_str());
  rcu_read_unlock();
  kernel::rcu_tick(sync::preempt_count());
  interrupt_returns();
  STRCMP_EQUAL("f", trace.c_str());
}
