// SPDX-License-Identifier: MIT
// printk in interrupts that come while another printk is at work: the fake CPU brings them where interrupts
// go on again.
#include <CppUTest/TestHarness.h>

#include <arch/irq.hpp>
#include <arch_impl/fake_irq.hpp>
#include <cstring>

#include "log/logger.hpp"

using namespace mink::kernel;

namespace {

__attribute__((format(printf, 2, 3))) void say(Logger& logger, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  logger.vprintk(format, args);
  va_end(args);
}

struct Machine final : Console {
  alignas(8) char storage[4096] = {};
  LogRing ring{storage};
  Logger logger{ring, [] { return current; }};
  char text[4096];
  mink::BufferSink out{text};
  int pending = 0;          // interrupts to come
  unsigned writing = 0;     // write() calls under way
  bool overlapped = false;  // two at once
  bool irqs_were_off = false;

  static constinit inline Console* current = nullptr;

  void write(const char* bytes, std::size_t size) override {
    overlapped = overlapped || writing != 0;
    irqs_were_off = irqs_were_off || mink::arch::irqs_disabled();
    ++writing;
    { const mink::arch::IrqGuard guard; }  // an interrupt may come in the midst
    out.write(bytes, size);
    --writing;
  }
  void flush() override {}
};

void interrupt(void* context) {
  auto& machine = *static_cast<Machine*>(context);
  if (machine.pending == 0) return;
  --machine.pending;
  say(machine.logger, "irq %d\n", machine.pending);
}

}  // namespace

TEST_GROUP(LoggerIrq) {
  Machine machine;
  void setup() override {
    mink::fakes::reset_fake_irq();
    Machine::current = &machine;
    mink::fakes::fake_irq.on_enable = interrupt;
    mink::fakes::fake_irq.context = &machine;
  }
  void teardown() override {
    CHECK(machine.ring.check());
    LONGS_EQUAL(0, mink::fakes::fake_irq.depth);
    mink::fakes::reset_fake_irq();
    Machine::current = nullptr;
  }
};

TEST(LoggerIrq, the_interrupted_one_prints_for_both) {
  machine.pending = 20;
  say(machine.logger, "thread\n");
  LONGS_EQUAL(0, machine.pending);
  STRCMP_CONTAINS("thread\n", machine.text);
  for (int i = 0; i < 20; ++i) {
    char line[32];
    mink::BufferSink out{line};
    mink::print(out, "] irq %d\n", i);
    STRCMP_CONTAINS(line, machine.text);
  }
  unsigned lines = 0;
  for (const char* c = machine.text; *c != '\0'; ++c) lines += *c == '\n' ? 1 : 0;
  LONGS_EQUAL(21, lines);
  CHECK_FALSE(machine.overlapped);
}

TEST(LoggerIrq, the_console_is_written_with_interrupts_on) {
  say(machine.logger, "thread\n");
  CHECK_FALSE(machine.irqs_were_off);
  const mink::arch::IrqGuard guard;
  say(machine.logger, "with interrupts off\n");
  CHECK(machine.irqs_were_off);
}

TEST(LoggerIrq, a_panic_does_not_wait_for_the_one_it_stopped) {
  struct Stuck final : Console {
    Machine& m;
    explicit Stuck(Machine& machine) : m{machine} {}
    bool inside = false;
    void write(const char* bytes, std::size_t size) override {
      if (!inside) {
        inside = true;
        say(m.logger, "lost to the ring\n");  // as an interrupt would: must not print
        STRCMP_EQUAL("", m.text);
        m.logger.enter_panic();
        say(m.logger, "panic\n");
        STRCMP_CONTAINS("panic\n", m.text);
      }
      m.out.write(bytes, size);
    }
    void flush() override {}
  } stuck{machine};
  Machine::current = &stuck;
  say(machine.logger, "thread\n");
}
