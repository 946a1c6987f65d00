// SPDX-License-Identifier: MIT
// Between the parts of exception handling.
#pragma once
#include <arch_arm/exception.hpp>
#include <arch_arm/fault_status.hpp>
#include <arch_arm/unwind.hpp>

namespace mink::arch::arm {

struct Fault {
  const ExceptionFrame& frame;
  FaultStatus status;     // aborts only
  Access access;          // aborts only
  std::uint32_t raw;      // DFSR or IFSR, or the undefined instruction
  std::uint32_t address;  // DFAR or IFAR
};

// Reads the fault registers of the CPU: before anything else can fault.
Fault read_fault(const ExceptionFrame& frame);

// Prints the whole report through printk: what, where, registers, backtrace.
void report_fault(const Fault& fault);

// Prints a backtrace that begins in the frame.
void print_backtrace(const ExceptionFrame& frame);

// By the kernel's own tables and its live memory.
bool unwind_step(UnwindState& state);

// If the fault happened under run_guarded, with no lock or interrupt around it: changes the frame so that the
// exception returns to run_guarded's caller.
bool recover_to_guard(ExceptionFrame& frame);

// The places to return to belong to a thread: makes `guards` the running thread's and returns those of before.
void* exchange_guards(void* guards);

}  // namespace mink::arch::arm
