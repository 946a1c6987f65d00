// SPDX-License-Identifier: MIT
// The report of a fault: what, where, the fault registers in words, all registers, the way there.
#include <base/log.h>
#include <arch/cpu.hpp>
#include <arch_arm/live_tables.hpp>
#include <arch_arm/stacks.hpp>
#include <base/sections.hpp>
#include <base/symbols.hpp>

#include "exception.hpp"

#define REPORT KERN_ALERT

namespace mink::arch::arm {
namespace {

constexpr unsigned kMaxFrames = 24;

// newlib makes std::uint32_t a long; the formats want an int.
unsigned u(std::uint32_t value) { return value; }
const void* p(std::uint32_t value) { return reinterpret_cast<const void*>(value); }
std::uint32_t address(const char* symbol) { return reinterpret_cast<std::uint32_t>(symbol); }

// Ends a line: " name+0x10/0x40" if there is a name.
void put_symbol(std::uint32_t where) {
  if (Symbol symbol; symbol_lookup(where, symbol)) printk(KERN_CONT " %pS", p(where));
  printk(KERN_CONT "\n");
}

const char* mode_name(std::uint32_t cpsr) {
  switch (cpsr & kModeMask) {
    case kModeUser:
      return "user";
    case kModeFiq:
      return "FIQ";
    case kModeIrq:
      return "IRQ";
    case kModeSvc:
      return "SVC";
    case kModeAbort:
      return "abort";
    case kModeUndefined:
      return "undefined";
    case kModeSystem:
      return "system";
    default:
      return "no such mode";
  }
}

const char* stack_of(std::uint32_t sp, bool& in_guard) {
  const VirtAddr at{sp};
  const auto is_in = [at, &in_guard](const Stack& stack) {
    in_guard = stack.guards(at);
    return in_guard || stack.holds(at);
  };
  for (const Stack& fixed : fixed_stacks()) {
    if (is_in(fixed)) return fixed.name;
  }
  const Stack running = running_stack();
  return is_in(running) ? running.name : nullptr;
}

void report_abort(const Fault& fault) {
  bool guard;
  (void)stack_of(fault.address, guard);
  const FaultMap map{
      {address(__text_start), address(__text_end)}, {address(__rodata_start), address(__rodata_end)}, guard};
  printk(REPORT "Fault: %s %08x", describe_fault(fault.status, fault.access, fault.address, map),
         u(fault.address));
  put_symbol(fault.address);
  const FaultStatus& s = fault.status;
  const char* const data = fault.frame.kind == ExceptionKind::DataAbort ? "D" : "I";
  printk(REPORT "%sFSR %08x: %s%s%s%s", data, u(fault.raw), level_name(s.level), s.level != 0 ? " " : "",
         cause_name(s.cause),
         fault.access == Access::Write  ? ", write"
         : fault.access == Access::Read ? ", read"
                                        : ", instruction fetch");
  if (s.domain_valid) printk(KERN_CONT ", domain %u", s.domain);
  if (s.slave_error) printk(KERN_CONT ", slave error");
  printk(KERN_CONT "; %sFAR %08x%s\n", data, u(fault.address),
         address_valid(s.cause) ? "" : " (not of this fault)");
}

void report_registers(const ExceptionFrame& f) {
  printk(REPORT "pc : %08x ", u(f.pc));
  put_symbol(f.pc);
  printk(REPORT "lr : %08x ", u(f.lr));
  put_symbol(f.lr);
  bool guard;
  const char* const stack = stack_of(f.sp, guard);
  printk(REPORT "sp : %08x  %s%s%s\n", u(f.sp), stack != nullptr ? stack : "no known", " stack",
         guard ? ", overflowed" : "");
  printk(REPORT "cpsr: %08x  %c%c%c%c, %s mode, %s, IRQ %s, FIQ %s\n", u(f.cpsr),
         f.cpsr >> 31 & 1 ? 'N' : 'n', f.cpsr >> 30 & 1 ? 'Z' : 'z', f.cpsr >> 29 & 1 ? 'C' : 'c',
         f.cpsr >> 28 & 1 ? 'V' : 'v', mode_name(f.cpsr), f.cpsr & kCpsrThumb ? "Thumb" : "ARM",
         f.cpsr & kCpsrIrqOff ? "off" : "on", f.cpsr & kCpsrFiqOff ? "off" : "on");
  for (unsigned i = 0; i < 12; i += 4) {
    printk(REPORT "r%-2u: %08x  r%-2u: %08x  r%-2u: %08x  r%-2u: %08x\n", i, u(f.r[i]), i + 1, u(f.r[i + 1]),
           i + 2, u(f.r[i + 2]), i + 3, u(f.r[i + 3]));
  }
  printk(REPORT "r12: %08x  preempt_count %08x\n", u(f.r[12]), mink_preempt_count);
}

// Of ARM a word, of Thumb a halfword.
bool probe_instruction(std::uint32_t at, bool thumb, std::uint32_t& instruction) {
  if (!thumb) return probe_word(VirtAddr{at}, instruction);
  if (!probe_word(VirtAddr{at & ~3u}, instruction)) return false;
  instruction = (at & 2) != 0 ? instruction >> 16 : instruction & 0xffff;
  return true;
}

// The instructions around PC, its own in brackets.
void report_code(const ExceptionFrame& frame) {
  const std::uint32_t size = frame.thumb() ? 2 : 4;
  printk(REPORT "Code:");
  for (std::uint32_t at = frame.pc - 3 * size; at != frame.pc + 2 * size; at += size) {
    const int digits = 2 * static_cast<int>(size);
    std::uint32_t instruction;
    if (!probe_instruction(at, frame.thumb(), instruction)) {
      printk(KERN_CONT " %.*s", digits, "????????");
    } else {
      const bool here = at == frame.pc;
      printk(KERN_CONT " %s%0*x%s", here ? "(" : "", digits, u(instruction), here ? ")" : "");
    }
  }
  printk(KERN_CONT "\n");
}

}  // namespace

Fault read_fault(const ExceptionFrame& frame) {
  Fault fault{frame, {}, Access::Execute, 0, 0};
  std::uint32_t status, where;
  switch (frame.kind) {
    case ExceptionKind::DataAbort:
      asm volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(status));
      asm volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(where));
      fault.raw = status;
      fault.address = where;
      fault.status = decode_dfsr(status);
      fault.access = fault.status.write ? Access::Write : Access::Read;
      break;
    case ExceptionKind::PrefetchAbort:
      asm volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(status));
      asm volatile("mrc p15, 0, %0, c6, c0, 2" : "=r"(where));
      fault.raw = status;
      fault.address = where;
      fault.status = decode_ifsr(status);
      break;
    default:
      break;
  }
  return fault;
}

void print_backtrace(const ExceptionFrame& frame) {
  UnwindState state;
  for (unsigned i = 0; i < 13; ++i) state.r[i] = frame.r[i];
  state.r[13] = frame.sp;
  state.r[14] = frame.lr;
  state.r[15] = frame.pc;
  state.exact = true;
  printk(REPORT "Call trace:\n");
  printk(REPORT " [<%08x>]", u(frame.pc));
  put_symbol(frame.pc);
  for (unsigned i = 0; i < kMaxFrames && unwind_step(state); ++i) {
    if (state.exact) {
      printk(REPORT " [<%08x>] %pS, interrupted\n", u(state.pc()), p(state.pc()));
    } else {
      printk(REPORT " [<%08x>] %pB\n", u(state.pc()), p(state.pc()));
    }
  }
}

void report_fault(const Fault& fault) {
  const ExceptionFrame& frame = fault.frame;
  std::uint32_t instruction = 0;
  switch (frame.kind) {
    case ExceptionKind::DataAbort:
    case ExceptionKind::PrefetchAbort:
      report_abort(fault);
      break;
    case ExceptionKind::Undefined:
      if (probe_instruction(frame.pc, frame.thumb(), instruction)) {
        printk(REPORT "Fault: undefined instruction %0*x at %08x", frame.thumb() ? 4 : 8, u(instruction),
               u(frame.pc));
        put_symbol(frame.pc);
      } else {
        printk(REPORT "Fault: undefined instruction at %08x\n", u(frame.pc));
      }
      break;
    case ExceptionKind::SupervisorCall:
      printk(REPORT "Fault: supervisor call that nobody serves, before %08x", u(frame.pc));
      put_symbol(frame.pc);
      break;
    case ExceptionKind::Fiq:
      printk(REPORT "Fault: FIQ, which nobody uses, at %08x", u(frame.pc));
      put_symbol(frame.pc);
      break;
  }
  report_registers(frame);
  report_code(frame);
  print_backtrace(frame);
}

}  // namespace mink::arch::arm
