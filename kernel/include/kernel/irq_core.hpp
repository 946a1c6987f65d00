// SPDX-License-Identifier: MIT
// Interrupt numbers, their handlers and their counts. An object with its storage inside; the kernel has one,
// a test its own. The Linux-named functions (<linux/interrupt.h>) are the face of the kernel's.
#pragma once
#include <linux/interrupt.h>

#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <kernel/irq_chip.hpp>
#include <lib/text_sink.hpp>

namespace mink::kernel {

struct IrqAction {
  irq_handler_t handler;
  void* dev;
  const char* name;
  unsigned long flags;
  IrqAction* next;  // on the line, in the order of their requests; or in the pool
};

class IrqCore {
 public:
  static constexpr unsigned kMaxIrqs = 128;
  static constexpr unsigned kMaxActions = 96;
  // Of this many interrupts on one line in a row that nobody handled, or all but this many: the line is
  // masked, or it would hold the machine for ever (Linux's figures).
  static constexpr unsigned kStormWindow = 100'000;
  static constexpr unsigned kStormUnhandled = 99'900;

  constexpr IrqCore() = default;
  IrqCore(const IrqCore&) = delete;
  IrqCore& operator=(const IrqCore&) = delete;

  // The controller that the CPU sees: its lines become irqs base .. base+lines-1, masked. Once. Interrupts
  // are off.
  Err add_root(IrqChip& chip, unsigned base, unsigned lines);
  // A controller behind the line `parent` of one that is already there; that line is unmasked and no longer
  // requestable.
  Err add_cascade(IrqChip& chip, unsigned base, unsigned lines, unsigned parent);

  int request(unsigned irq, irq_handler_t handler, unsigned long flags, const char* name, void* dev);
  const void* free(unsigned irq, void* dev);
  void disable(unsigned irq);
  void enable(unsigned irq);

  // Handles all that is pending: called by the vectors, interrupts off. Then, when no outer context is an
  // interrupt, what set_softirq() gave.
  void entry();

  // `run` is called with interrupts off after the last handler of each outermost interrupt.
  void set_softirq(void (*run)()) { softirq_ = run; }

  // The text of /proc/interrupts.
  void show(TextSink& out) const;

  [[nodiscard]] unsigned count(unsigned irq) const { return irq < kMaxIrqs ? desc_[irq].count : 0; }
  [[nodiscard]] unsigned unhandled(unsigned irq) const {
    return irq < kMaxIrqs ? desc_[irq].unhandled_total : 0;
  }
  // Interrupts that no controller would own to, or whose line has no handler.
  [[nodiscard]] unsigned spurious() const { return spurious_; }
  // For a handler: how many lines were handled since the CPU took this interrupt, its own not counted.
  [[nodiscard]] unsigned handled_before() const { return handled_ - 1; }

 private:
  struct Desc {
    IrqChip* chip = nullptr;     // nullptr: no such irq
    IrqChip* cascade = nullptr;  // the controller behind this line
    IrqAction* actions = nullptr;
    unsigned count = 0;
    unsigned unhandled_total = 0;
    unsigned window = 0;     // interrupts in the present storm window ...
    unsigned unhandled = 0;  // ... that nobody handled
    std::uint16_t cascade_base = 0;
    std::uint8_t line = 0;
    std::uint8_t depth = 1;  // > 0: masked
  };

  [[nodiscard]] Desc* desc_of(unsigned irq);
  Err add_lines(IrqChip& chip, unsigned base, unsigned lines);
  void dispatch(IrqChip& chip, unsigned base);
  void handle(unsigned irq);
  void note(Desc& d, unsigned irq, bool handled);
  IrqAction* take_action();
  static void mask(Desc& d);
  void unmask_if_enabled(Desc& d);
  static bool may_share(const IrqAction& there, unsigned long flags);

  Desc desc_[kMaxIrqs] = {};
  IrqAction pool_[kMaxActions] = {};
  IrqAction* free_ = nullptr;
  unsigned taken_ = 0;  // actions of the pool that were ever used
  IrqChip* root_ = nullptr;
  unsigned root_base_ = 0;
  unsigned spurious_ = 0;
  unsigned handled_ = 0;           // lines, since the last entry
  bool enabled_reported_ = false;  // a handler that enables interrupts is named once
  void (*softirq_)() = nullptr;
};

// The kernel's.
IrqCore& irq_core();

// For a handler: the instruction that the last interrupt interrupted.
const void* interrupted_pc();

}  // namespace mink::kernel
