// SPDX-License-Identifier: MIT
// The host's printk, panic, dump_stack and symbol table.
#include "log.hpp"

#include <CppUTest/TestHarness_c.h>
#include <base/log.h>

#include <cstring>
#include <lib/text_sink.hpp>

namespace mink::fakes {
namespace {

constinit char log_text[16 * 1024] = "";
constinit std::size_t log_length = 0;
constinit bool log_taken = false;
constinit char panic_text[512] = "";
constinit detail::PanicTrap* innermost_trap = nullptr;
constinit unsigned dumps = 0;
constinit bool reports_allowed = true;
constinit const FakeSymbol* symbols = nullptr;
constinit std::size_t symbol_count = 0;

const char* skip_level(const char* format) {
  return format[0] == KERN_SOH[0] && format[1] != '\0' ? format + 2 : format;
}

}  // namespace

const char* take_log() {
  if (log_taken) {  // nothing came since
    log_length = 0;
    log_text[0] = '\0';
  }
  log_taken = true;
  return log_text;
}
bool logged(const char* text) { return !log_taken && std::strstr(log_text, text) != nullptr; }
void allow_reports(bool allowed) { reports_allowed = allowed; }
unsigned stack_dumps() { return dumps; }
void set_symbols(const FakeSymbol* table, std::size_t count) {
  symbols = table;
  symbol_count = count;
}

namespace detail {
void arm(PanicTrap& trap) {
  trap.outer = innermost_trap;
  innermost_trap = &trap;
}
void disarm(PanicTrap& trap) { innermost_trap = trap.outer; }
const char* panic_message() { return panic_text; }
}  // namespace detail

}  // namespace mink::fakes

using namespace mink::fakes;

extern "C" {

int vprintk(const char* format, std::va_list args) {
  if (log_taken) log_length = 0;
  log_taken = false;
  mink::BufferSink out{log_text + log_length, sizeof log_text - log_length};
  const bool continues = std::strncmp(format, KERN_CONT, 2) == 0;
  if (!continues && log_length > 0 && log_text[log_length - 1] != '\n') out.write("\n", 1);
  const int length = mink::vprint(out, skip_level(format), args);
  log_length += out.length();
  return length;
}

int printk(const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = vprintk(format, args);
  va_end(args);
  return length;
}

int printk_ratelimit(void) { return reports_allowed; }

void panic(const char* format, ...) {
  mink::BufferSink out{panic_text};
  std::va_list args;
  va_start(args, format);
  mink::vprint(out, format, args);
  va_end(args);
  if (detail::PanicTrap* const trap = innermost_trap; trap != nullptr) {
    innermost_trap = trap->outer;
    std::longjmp(trap->back, 1);
  }
  FAIL_TEXT_C_LOCATION(panic_text, "panic", 0);
  __builtin_abort();
}

void dump_stack(void) { ++dumps; }
}

namespace mink {

bool symbol_lookup(std::uintptr_t address, Symbol& symbol) {
  for (std::size_t i = 0; i < symbol_count; ++i) {
    const FakeSymbol& s = symbols[i];
    if (address < s.start || address - s.start >= s.size) continue;
    symbol = Symbol{s.name, address - s.start, s.size};
    return true;
  }
  return false;
}

std::uintptr_t symbol_address(const char* name) {
  for (std::size_t i = 0; i < symbol_count; ++i) {
    if (std::strcmp(symbols[i].name, name) == 0) return symbols[i].start;
  }
  return 0;
}

}  // namespace mink
