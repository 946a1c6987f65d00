// SPDX-License-Identifier: MIT
// Threads on the host: ucontext, with the address sanitizer told of every change of stack.
#include <base/log.h>
#include <ucontext.h>
#include <arch/context.hpp>
#include <arch_impl/fake_context.hpp>
#include <arch_impl/fake_irq.hpp>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define MINK_FIBER_START(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define MINK_FIBER_FINISH(save, bottom, size) __sanitizer_finish_switch_fiber(save, bottom, size)
#else
#define MINK_FIBER_START(save, bottom, size) (void)0
#define MINK_FIBER_FINISH(save, bottom, size) (void)0
#endif

namespace mink::fakes {
constinit unsigned context_switches = 0;
}

namespace mink::arch {

namespace {

// Lives at the low end of the thread's own stack; the test's main thread has the static one.
struct Fiber {
  ucontext_t context;
  void (*entry)(void*);
  void* argument;
  const void* bottom;
  std::size_t size;
  void* fake_stack;
};

Fiber main_fiber;
Fiber* running = &main_fiber;
Fiber* previous = nullptr;

void arrived() {
  const void* bottom = nullptr;
  std::size_t size = 0;
  MINK_FIBER_FINISH(running->fake_stack, &bottom, &size);
  if (previous == &main_fiber) {
    main_fiber.bottom = bottom;
    main_fiber.size = size;
  }
}

void start() {
  arrived();
  fakes::fake_irq.depth = 0;  // the guards that are open are those of the thread before
  running->entry(running->argument);
  panic("a thread's entry returned");
}

}  // namespace

ThreadContext context_prepare(void* stack, std::size_t size, void (*entry)(void*), void* argument) {
  auto* fiber = ::new (stack) Fiber{};
  const std::size_t head = align_up(sizeof(Fiber), 64);
  if (size < head + 16384) panic("host threads need larger stacks than %zu", size);
  fiber->entry = entry;
  fiber->argument = argument;
  fiber->bottom = static_cast<char*>(stack) + head;
  fiber->size = size - head;
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = static_cast<char*>(stack) + head;
  fiber->context.uc_stack.ss_size = size - head;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, start, 0);
  return fiber;
}

void context_switch(ThreadContext& from, ThreadContext to) {
  ++fakes::context_switches;
  Fiber* const self = running;
  from = self;
  previous = self;
  running = static_cast<Fiber*>(to);
  MINK_FIBER_START(&self->fake_stack, running->bottom, running->size);
  const unsigned open_guards = fakes::fake_irq.depth;
  swapcontext(&self->context, &running->context);
  arrived();
  fakes::fake_irq.depth = open_guards;
}

void set_running_stack(const char*, const void*, std::size_t) {}

}  // namespace mink::arch
