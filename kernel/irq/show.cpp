// SPDX-License-Identifier: MIT
// /proc/interrupts as Linux 6.1 prints it for one CPU: number, count, controller, its line, trigger,
// handlers.
#include <kernel/irq_core.hpp>

namespace mink::kernel {

void IrqCore::show(TextSink& out) const {
  constexpr int kWidth = 3;  // of the number: kMaxIrqs has three digits
  static_assert(kMaxIrqs < 1000);
  print(out, "%*sCPU%-8d\n", kWidth + 8, "", 0);
  for (unsigned irq = 0; irq < kMaxIrqs; ++irq) {
    const Desc& d = desc_[irq];
    if (d.chip == nullptr || (d.actions == nullptr && d.count == 0)) continue;
    print(out, "%*u: %10u  %8s %*u %-8s", kWidth, irq, d.count, d.chip->name(), kWidth, unsigned{d.line},
          d.chip->is_level(d.line) ? "Level" : "Edge");
    const char* separator = "  ";
    for (const IrqAction* a = d.actions; a != nullptr; a = a->next) {
      print(out, "%s%s", separator, a->name != nullptr ? a->name : "");
      separator = ", ";
    }
    print(out, "\n");
  }
  print(out, "%*s: %10u\n", kWidth, "Err", spurious_);
}

}  // namespace mink::kernel
