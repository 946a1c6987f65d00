// SPDX-License-Identifier: MIT
// failslab and fail_page_alloc of the kernel's allocators.
#pragma once
#include <inspect/fail.hpp>
#include <lib/cmdline.hpp>
#include <span>

namespace mink::inspect {

struct KernelFault {
  const char* name;
  FaultAttr attr;
  bool on;  // its allocator asks it
};

[[nodiscard]] std::span<KernelFault> kernel_faults();
// From now on allocations fail as `settings` say; with probability 0, times 0 and no nth none does. Thread context.
void set_kernel_fault(KernelFault& fault, const FaultSettings& settings);
void stop_kernel_fault(KernelFault& fault);

// failslab= and fail_page_alloc= of the command line: interval,probability,space,times, as in Linux. What is no such
// thing is said on `report`.
void read_fault_options(const CommandLine& line, TextSink& report);

}  // namespace mink::inspect
