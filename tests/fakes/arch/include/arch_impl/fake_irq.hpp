// SPDX-License-Identifier: MIT
// What a host test can see of the interrupt mask, and how it makes interrupts happen. Host only.
#pragma once

namespace mink::fakes {

struct FakeIrq {
  bool disabled = false;
  unsigned depth = 0;  // irq_save() without its irq_restore()
  unsigned saves = 0;  // irq_save() calls so far

  // An "interrupt": called with interrupts off whenever they are switched on again, never inside itself.
  void (*on_enable)(void* context) = nullptr;
  void* context = nullptr;
  bool in_hook = false;
  // Also just before they are switched off, and between any two basic blocks of mm/ (where the build tells: preset host,
  // -fsanitize-coverage=trace-pc): wherever an interrupt can come.
  bool anywhere = false;
};
extern FakeIrq fake_irq;

// As at start: on, no hook. Call it in setup().
inline void reset_fake_irq() { fake_irq = FakeIrq{}; }

}  // namespace mink::fakes
