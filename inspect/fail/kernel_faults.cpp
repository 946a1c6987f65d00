// SPDX-License-Identifier: MIT
// The kernel's two points of failure, and its command line's options for them.
#include <inspect/kernel_faults.hpp>

#include <mm/kernel_memory.hpp>

namespace mink::inspect {
namespace {

constinit KernelFault kTable[] = {{"failslab", FaultAttr{FaultAttr::Kind::Slab}, false},
                                  {"fail_page_alloc", FaultAttr{FaultAttr::Kind::Pages}, false}};

void attach(KernelFault& fault, bool on) {
  mm::KernelMemory& memory = mm::kernel_memory();
  mm::FailureSource* const source = on ? &fault.attr : nullptr;
  fault.on = on;
  if (&fault == &kTable[0]) {
    memory.slab.set_failures(source);
  } else {
    memory.pages.set_failures(source);
  }
}

}  // namespace

std::span<KernelFault> kernel_faults() { return kTable; }

void set_kernel_fault(KernelFault& fault, const FaultSettings& settings) {
  fault.attr.set(settings);
  attach(fault, settings.nth != 0 || (settings.probability != 0 && settings.times != 0));
}

void stop_kernel_fault(KernelFault& fault) { attach(fault, false); }

void read_fault_options(const CommandLine& line, TextSink& report) {
  for (KernelFault& fault : kTable) {
    const auto option = line.find(fault.name);
    if (!option) continue;
    FaultSettings settings = fault.attr.settings();
    if (parse_fault_option(option->value, settings)) {
      set_kernel_fault(fault, settings);
    } else {
      print(report, "%s=%.*s is not interval,probability,space,times; ignored\n", fault.name,
            static_cast<int>(option->value.size()), option->value.data());
    }
  }
}

}  // namespace mink::inspect
