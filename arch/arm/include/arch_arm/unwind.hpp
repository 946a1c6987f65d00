// SPDX-License-Identifier: MIT
// Unwinding by the tables of the ARM exception handling ABI (ARM IHI 0038, "EHABI"), step by step. No state,
// no allocation; all memory is read through a function that may refuse, so neither a broken stack nor a
// broken table is followed into a fault.
#pragma once
#include <cstdint>

namespace mink::arch::arm {

// Reads the word at `address`, if there is one; false if not.
using WordReader = bool (*)(std::uint32_t address, std::uint32_t& word, void* context);

struct UnwindTables {
  std::uint32_t index_start, index_end;  // .ARM.exidx: sorted pairs of words
  std::uint32_t text_start, text_end;    // what they cover
  WordReader read;
  void* context;
};

struct UnwindState {
  std::uint32_t r[16] = {};
  // PC is even; it does not say whether ARM or Thumb goes on there.
  // exact: PC is the instruction that was interrupted, and not a return address behind a call.
  bool exact = false;
  [[nodiscard]] std::uint32_t sp() const { return r[13]; }
  [[nodiscard]] std::uint32_t pc() const { return r[15]; }
};

// From a function's registers to its caller's. An exception frame counts as a call by the interrupted code.
// False at the outermost frame, or where the trail is lost: `state` is then undefined.
bool unwind_step(UnwindState& state, const UnwindTables& tables);

}  // namespace mink::arch::arm
