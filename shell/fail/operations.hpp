// SPDX-License-Identifier: MIT
// Operations of the kernel's memory API that allocate more than once: what `fail sweep` goes through.
#pragma once
#include <inspect/sweep.hpp>
#include <span>

namespace mink::shell {

struct FailOperation {
  inspect::SweepOperation operation;
  bool (*there)() = nullptr;  // nullptr: on every machine
};
[[nodiscard]] std::span<const FailOperation> fail_operations();

}  // namespace mink::shell
