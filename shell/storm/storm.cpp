// SPDX-License-Identifier: MIT
// GFP_ATOMIC in a hard interrupt, in its tasklet and in a kernel timer, beside a thread with GFP_KERNEL; see storm.hpp.
#include "storm/storm.hpp"

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <arch/irq.hpp>
#include <kernel/clock.hpp>
#include <kernel/irq_core.hpp>
#include <kernel/spare_timer.hpp>
#include <new>

#include "bench/unit.hpp"
#include "memory_state.hpp"
#include "soak/churn.hpp"
#include "soak/soak.hpp"
#include "storm/delay_meter.hpp"

namespace mink::shell {
namespace {

constexpr gfp_t kAtomic = GFP_ATOMIC | __GFP_NOWARN;
constexpr gfp_t kThread = GFP_KERNEL | __GFP_NOWARN;

class Storm {
 public:
  Storm(const kernel::SpareTimer& source, const StormOptions& options)
      : source_{source},
        options_{options},
        period_{kernel::cycles_hz() / source.clock_hz * (source.clock_hz / options.hz)} {}

  bool start();
  void stop();

  Churn hard{1}, tasklet{2}, timer{3}, thread{4};
  DelayMeter meter{0, 1};

 private:
  static irqreturn_t on_interrupt(int irq, void* storm);
  static void on_tasklet(tasklet_struct* tasklet);
  static void on_timer(timer_list* timer);
  static int run_thread(void* storm);

  kernel::SpareTimer source_;
  StormOptions options_;
  std::uint64_t period_;  // in the clock's cycles
  unsigned long last_jiffy_ = 0;
  // First the object, so that a pointer to it is one to both.
  template <class Object>
  struct Deferred {
    Object object;
    Storm* storm;
  };
  Deferred<tasklet_struct> tasklet_{{}, this};
  Deferred<timer_list> timer_{{}, this};
  task_struct* task_ = nullptr;
};

irqreturn_t Storm::on_interrupt(int, void* context) {
  const std::uint64_t now = kernel::cycles_now();
  auto& storm = *static_cast<Storm*>(context);
  if (!storm.source_.device->acknowledge()) return IRQ_NONE;
  storm.meter.note(now, kernel::interrupted_pc(), kernel::irq_core().handled_before() != 0);
  storm.hard.step(kAtomic);
  tasklet_schedule(&storm.tasklet_.object);
  // At a rate that leaves nobody else any time, no one else could end it.
  if (time_after(jiffies, storm.last_jiffy_)) storm.source_.device->stop();
  return IRQ_HANDLED;
}

void Storm::on_tasklet(tasklet_struct* t) {
  Storm* const storm = reinterpret_cast<Deferred<tasklet_struct>*>(t)->storm;
  storm->tasklet.step(kAtomic);
}

void Storm::on_timer(timer_list* t) {
  Storm* const storm = reinterpret_cast<Deferred<timer_list>*>(t)->storm;
  storm->timer.step(kAtomic);
  mod_timer(t, jiffies + 1);
}

// Never idle: how an emulator wakes from WFI is no measure of the kernel.
int Storm::run_thread(void* context) {
  auto& storm = *static_cast<Storm*>(context);
  while (!kthread_should_stop()) {
    storm.thread.step(kThread);
  }
  return 0;
}

bool Storm::start() {
  tasklet_setup(&tasklet_.object, on_tasklet);
  timer_setup(&timer_.object, on_timer, 0);
  last_jiffy_ = jiffies + (options_.seconds + 1) * HZ;
  task_ = kthread_run(run_thread, this, "irqstorm");
  if (IS_ERR(task_)) return false;
  if (request_irq(source_.irq, on_interrupt, 0, "irqstorm", this) != 0) {
    kthread_stop(task_);
    return false;
  }
  mod_timer(&timer_.object, jiffies + 1);
  const arch::IrqGuard together;
  source_.device->start(options_.hz);
  ::new (&meter) DelayMeter{kernel::cycles_now(), period_};
  return true;
}

void Storm::stop() {
  source_.device->stop();
  free_irq(source_.irq, this);
  tasklet_kill(&tasklet_.object);
  del_timer_sync(&timer_.object);
  kthread_stop(task_);
  for (Churn* each : {&hard, &tasklet, &timer, &thread}) each->release_all();
}

void print_churn(TextSink& out, const char* where, const char* flags, const Churn& churn) {
  print(out, "  %-14s %-10s %8lu successes, %lu failures\n", where, flags, churn.successes(),
        churn.failures());
}

void print_worst(TextSink& out, const char* what, const DelayMeter& meter, const DelayMeter::Worst& worst,
                 const char* unit) {
  if (worst.at == nullptr) return;
  const std::uint64_t off = worst.delay - meter.least();
  print(out, "  %s %llu %s, on again at %pS\n", what,
        static_cast<unsigned long long>(kernel::cycles_to_ns(off)), unit, worst.at);
}

void report(const Storm& storm, TextSink& out) {
  const DelayMeter& meter = storm.meter;
  const char* const unit = clock_counts_instructions() ? "instructions" : "ns of this machine";
  print(out, "  %llu interrupts, %llu deadlines missed; least delay %llu %s\n",
        static_cast<unsigned long long>(meter.interrupts()), static_cast<unsigned long long>(meter.missed()),
        static_cast<unsigned long long>(kernel::cycles_to_ns(meter.least())), unit);
  print_churn(out, "hard interrupt", "GFP_ATOMIC", storm.hard);
  print_churn(out, "tasklet", "GFP_ATOMIC", storm.tasklet);
  print_churn(out, "timer", "GFP_ATOMIC", storm.timer);
  print_churn(out, "thread", "GFP_KERNEL", storm.thread);
  print_worst(out, "interrupts off: longest", meter, meter.alone(), unit);
  print_worst(out, "behind another interrupt's handler: longest", meter, meter.behind_others(), unit);
}

// While it storms.
bool pass_time(const StormOptions& options, Environment& environment, TextSink& out) {
  if (options.soak_seed != 0) return soak_beside({options.seconds, options.soak_seed}, environment, out);
  const unsigned long end = jiffies + static_cast<unsigned long>(options.seconds) * HZ;
  bool stopped = false;
  while (!stopped && time_before(jiffies, end)) {
    schedule_timeout_uninterruptible(HZ / 10);
    stopped = environment.take_break();
  }
  if (stopped) print(out, "irqstorm: stopped early\n");
  return true;
}

}  // namespace

bool storm(const StormOptions& options, Environment& environment, TextSink& out) {
  const kernel::SpareTimer* const source = kernel::spare_timer();
  if (source == nullptr) {
    print(out, "irqstorm: this board has no spare timer\n");
    return false;
  }
  settle_memory();
  const std::size_t before = free_page_count();
  void* const room = kmalloc(sizeof(Storm), GFP_KERNEL);
  if (room == nullptr) {
    print(out, "irqstorm: no memory for its books\n");
    return false;
  }
  auto* const run = ::new (room) Storm{*source, options};
  print(out, "irqstorm: %u interrupts a second for %u s\n", options.hz, options.seconds);
  const bool started = run->start();
  bool good = started;
  if (!started) {
    print(out, "irqstorm: no thread, or the timer's line is taken\n");
  } else {
    good = pass_time(options, environment, out);
    run->stop();
    report(*run, out);
    unsigned long faults = 0;
    for (const Churn* each : {&run->hard, &run->tasklet, &run->timer, &run->thread}) {
      faults += each->faults();
      good = good && each->successes() != 0;
    }
    print(out, "  %lu faults found\n", faults);
    good = good && faults == 0;
  }
  kfree(room);
  msleep(20);  // a thread's last memory is freed by another
  settle_memory();
  const std::size_t after = free_page_count();
  print(out, "  free pages before %zu, after %zu%s\n", before, after, before == after ? "" : ": NOT EQUAL");
  return good && before == after;
}

}  // namespace mink::shell
