// SPDX-License-Identifier: MIT
// An interrupt controller of 32 level lines, all in variables.
#pragma once
#include <bit>
#include <cstdint>
#include <kernel/irq_chip.hpp>

namespace mink::fakes {

class FakeIrqChip final : public kernel::IrqChip {
 public:
  explicit FakeIrqChip(const char* name = "FAKE") : name_{name} {}

  [[nodiscard]] const char* name() const override { return name_; }
  void mask(unsigned line) override { enabled &= ~(1u << line); }
  void unmask(unsigned line) override { enabled |= 1u << line; }
  void ack(unsigned line) override { acked |= 1u << line; }
  void eoi(unsigned line) override { ended |= 1u << line; }
  unsigned next_pending() override {
    if (behind != nullptr && behind->next_pending() == kNone) asserted &= ~(1u << behind_line);
    if (behind != nullptr && behind->next_pending() != kNone) asserted |= 1u << behind_line;
    const std::uint32_t pending = asserted & enabled;
    return pending != 0 ? static_cast<unsigned>(std::countr_zero(pending)) : kNone;
  }
  [[nodiscard]] bool is_level(unsigned line) const override { return line != 7; }

  void raise(unsigned line) { asserted |= 1u << line; }
  void lower(unsigned line) { asserted &= ~(1u << line); }
  [[nodiscard]] bool unmasked(unsigned line) const { return (enabled >> line & 1) != 0; }

  std::uint32_t asserted = 0, enabled = 0, acked = 0, ended = 0;
  FakeIrqChip* behind = nullptr;  // its output is our line behind_line
  unsigned behind_line = 0;

 private:
  const char* name_;
};

}  // namespace mink::fakes
