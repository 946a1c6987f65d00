// SPDX-License-Identifier: MIT
// From the vector to the handlers: numbers, sharing, masking, what nobody handles.
#include <base/log.h>
#include <arch/barrier.hpp>
#include <arch/irq.hpp>
#include <kernel/irq_core.hpp>
#include <sync/preempt.hpp>
#include <utility>

namespace mink::kernel {

namespace {

int code(Err e) { return static_cast<int>(e); }

}  // namespace

IrqCore::Desc* IrqCore::desc_of(unsigned irq) {
  return irq < kMaxIrqs && desc_[irq].chip != nullptr ? &desc_[irq] : nullptr;
}

Err IrqCore::add_lines(IrqChip& chip, unsigned base, unsigned lines) {
  if (lines == 0 || base > kMaxIrqs || lines > kMaxIrqs - base) return Err::Inval;
  for (unsigned i = 0; i < lines; ++i) {
    if (desc_[base + i].chip != nullptr) return Err::Busy;
  }
  for (unsigned i = 0; i < lines; ++i) {
    chip.mask(i);
    desc_[base + i].chip = &chip;
    desc_[base + i].line = static_cast<std::uint8_t>(i);
  }
  return Err::Ok;
}

Err IrqCore::add_root(IrqChip& chip, unsigned base, unsigned lines) {
  const arch::IrqGuard guard;
  if (root_ != nullptr) return Err::Busy;
  const Err e = add_lines(chip, base, lines);
  if (!ok(e)) return e;
  root_ = &chip;
  root_base_ = base;
  return Err::Ok;
}

Err IrqCore::add_cascade(IrqChip& chip, unsigned base, unsigned lines, unsigned parent) {
  const arch::IrqGuard guard;
  Desc* const d = desc_of(parent);
  if (d == nullptr) return Err::Inval;
  if (d->actions != nullptr || d->cascade != nullptr) return Err::Busy;
  const Err e = add_lines(chip, base, lines);
  if (!ok(e)) return e;
  d->cascade = &chip;
  d->cascade_base = static_cast<std::uint16_t>(base);
  d->depth = 0;
  d->chip->unmask(d->line);
  return Err::Ok;
}

IrqAction* IrqCore::take_action() {
  if (free_ != nullptr) return std::exchange(free_, free_->next);
  return taken_ < kMaxActions ? &pool_[taken_++] : nullptr;
}

bool IrqCore::may_share(const IrqAction& there, unsigned long flags) {
  return (there.flags & flags & IRQF_SHARED) != 0 && ((there.flags ^ flags) & IRQF_TRIGGER_MASK) == 0;
}

// Once it returns, no interrupt of the line comes: a write to a device may be on its way for a while.
void IrqCore::mask(Desc& d) {
  d.chip->mask(d.line);
  arch::dsb();
}

void IrqCore::unmask_if_enabled(Desc& d) {
  if (d.depth == 0) d.chip->unmask(d.line);
}

int IrqCore::request(unsigned irq, irq_handler_t handler, unsigned long flags, const char* name, void* dev) {
  const arch::IrqGuard guard;
  Desc* const d = desc_of(irq);
  if (d == nullptr || handler == nullptr || d->cascade != nullptr) return code(Err::Inval);
  if ((flags & IRQF_SHARED) != 0 && (dev == nullptr || (flags & IRQF_NO_AUTOEN) != 0))
    return code(Err::Inval);

  IrqAction** end = &d->actions;
  while (*end != nullptr) {
    const IrqAction& there = **end;
    if (!may_share(there, flags)) {
      if ((flags & IRQF_PROBE_SHARED) == 0) {
        printk(KERN_ERR "genirq: Flags mismatch irq %u. %08lx (%s) vs. %08lx (%s)\n", irq, flags, name,
               there.flags, there.name);
      }
      return code(Err::Busy);
    }
    end = &(*end)->next;
  }
  IrqAction* const action = take_action();
  if (action == nullptr) return code(Err::NoMem);
  *action = IrqAction{handler, dev, name, flags, nullptr};
  *end = action;
  if (d->actions == action) {  // the first on its line
    d->window = d->unhandled = 0;
    d->depth = (flags & IRQF_NO_AUTOEN) != 0 ? 1 : 0;
    unmask_if_enabled(*d);
  }
  return 0;
}

const void* IrqCore::free(unsigned irq, void* dev) {
  const arch::IrqGuard guard;
  if (sync::in_interrupt()) {
    printk(KERN_WARNING "Trying to free IRQ %u from IRQ context!\n", irq);
    dump_stack();
    return nullptr;
  }
  Desc* const d = desc_of(irq);
  for (IrqAction** at = d != nullptr ? &d->actions : nullptr; at != nullptr && *at != nullptr;
       at = &(*at)->next) {
    IrqAction* const action = *at;
    if (action->dev != dev) continue;
    *at = action->next;
    action->next = std::exchange(free_, action);
    if (d->actions == nullptr) {
      d->depth = 1;
      mask(*d);
    }
    return action->name;
  }
  printk(KERN_WARNING "Trying to free already-free IRQ %u\n", irq);
  dump_stack();
  return nullptr;
}

void IrqCore::disable(unsigned irq) {
  const arch::IrqGuard guard;
  Desc* const d = desc_of(irq);
  if (d == nullptr || d->depth == 0xff) return;
  if (d->depth++ == 0) mask(*d);
}

void IrqCore::enable(unsigned irq) {
  const arch::IrqGuard guard;
  Desc* const d = desc_of(irq);
  if (d == nullptr) return;
  if (d->depth == 0 || (d->actions == nullptr && d->cascade == nullptr)) {
    printk(KERN_WARNING "Unbalanced enable for IRQ %u\n", irq);
    dump_stack();
    return;
  }
  --d->depth;
  unmask_if_enabled(*d);
}

void IrqCore::entry() {
  mink_preempt_count += sync::kHardirqOffset;
  handled_ = 0;
  // What was interrupted may be in the middle of an access to some device; on the BCM2835 ours to another one could be answered
  // first (BCM2835 ARM Peripherals, 1.3).
  arch::dsb();
  if (root_ == nullptr || root_->next_pending() == IrqChip::kNone) {
    ++spurious_;
  } else {
    dispatch(*root_, root_base_);
  }
  mink_preempt_count -= sync::kHardirqOffset;
  if (softirq_ != nullptr && !sync::in_interrupt()) softirq_();
}

void IrqCore::dispatch(IrqChip& chip, unsigned base) {
  for (unsigned line = chip.next_pending(); line != IrqChip::kNone; line = chip.next_pending()) {
    chip.ack(line);
    handle(base + line);
    // What the handler wrote is at its device, and a level has fallen, before the controller is asked again.
    arch::dsb();
    chip.eoi(line);
  }
}

void IrqCore::handle(unsigned irq) {
  Desc& d = desc_[irq];
  ++d.count;
  if (d.cascade == nullptr) ++handled_;
  if (d.cascade != nullptr) {
    if (d.cascade->next_pending() == IrqChip::kNone) {
      ++spurious_;
      note(d, irq, false);  // a line stuck with nobody behind it is a storm as well
    } else {
      dispatch(*d.cascade, d.cascade_base);
    }
    return;
  }
  if (d.actions == nullptr) {  // unmasked behind our back
    ++spurious_;
    mask(d);
    return;
  }
  bool handled = false;
  for (IrqAction* action = d.actions; action != nullptr; action = action->next) {
    if (action->handler(static_cast<int>(irq), action->dev) != IRQ_NONE) handled = true;
    if (!arch::irqs_disabled()) [[unlikely]] {  // handlers do not nest; what came in between is on our stack
      if (!std::exchange(enabled_reported_, true)) {
        printk(KERN_WARNING "irq %u handler %pS enabled interrupts\n", irq,
               reinterpret_cast<const void*>(action->handler));
      }
      arch::irq_disable();
    }
  }
  note(d, irq, handled);
}

void IrqCore::note(Desc& d, unsigned irq, bool handled) {
  if (!handled) {
    ++d.unhandled;
    ++d.unhandled_total;
  }
  if (++d.window < kStormWindow) return;
  if (d.unhandled > kStormUnhandled) {
    printk(KERN_ERR "irq %u: nobody cared\n", irq);
    dump_stack();
    printk(KERN_ERR "handlers:\n");
    for (const IrqAction* a = d.actions; a != nullptr; a = a->next) {
      printk(KERN_ERR "%pS (%s)\n", reinterpret_cast<const void*>(a->handler), a->name);
    }
    printk(KERN_EMERG "Disabling IRQ #%u\n", irq);
    d.depth = 1;
    mask(d);
  }
  d.window = d.unhandled = 0;
}

}  // namespace mink::kernel
