// SPDX-License-Identifier: MIT
#include "gfp_test/scene.hpp"

#include <linux/kthread.h>
#include <arch/irq.hpp>
#include <cstdarg>
#include <kernel/clock.hpp>
#include <lib/vsnprintf.hpp>

namespace mink::shell {

void Scene::begin() {
  count_ = lost_ = 0;
  failed_ = false;
  start_ns_ = kernel::uptime_ns();
}

char* Scene::next_event() {
  const std::uint64_t now = kernel::uptime_ns() - start_ns_;
  const arch::IrqGuard guard;
  if (count_ == kEvents) {
    ++lost_;
    return nullptr;
  }
  Event& event = events_[count_++];
  event.ns = now;
  event.text[0] = '\0';
  return event.text;
}

void Scene::note(const char* format, ...) {
  char* const text = next_event();
  if (text == nullptr) return;
  std::va_list args;
  va_start(args, format);
  vformat_to(text, kText, format, args);
  va_end(args);
}

bool Scene::expect(bool so, const char* format, ...) {
  if (!so) failed_ = true;
  char* const text = next_event();
  if (text == nullptr) return so;
  const int length = format_to(text, kText, "%s", so ? "" : "NOT SO: ");
  std::va_list args;
  va_start(args, format);
  vformat_to(text + length, kText - static_cast<std::size_t>(length), format, args);
  va_end(args);
  return so;
}

void Scene::print_to(TextSink& out, bool instructions) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint64_t time = instructions ? events_[i].ns : events_[i].ns / 1000;
    print(out, "  %10llu  %s\n", static_cast<unsigned long long>(time), events_[i].text);
  }
  if (lost_ != 0) print(out, "  ... and %zu more\n", lost_);
}

Bystander::Bystander() : task_{kthread_run(run, this, "bystander")} {}
Bystander::~Bystander() {
  if (!IS_ERR(task_)) kthread_stop(task_);
}
int Bystander::run(void* self) {
  auto& me = *static_cast<Bystander*>(self);
  while (!kthread_should_stop()) {
    me.count_ = me.count_ + 1;
    yield();
  }
  return 0;
}

}  // namespace mink::shell
