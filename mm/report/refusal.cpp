// SPDX-License-Identifier: MIT
#include "report/refusal.hpp"

#include <base/log.h>
#include <lib/log_sink.hpp>

namespace mink::mm {

void report_refusal(const Memory& memory, const Refusal& refusal) {
  LogSink log{KERN_ERR};
  const Given& given = refusal.given;
  const char* const page = given.is_page ? "page " : "";
  const void* const value = given.is_page ? given.page : given.address;
  print(log, "BUG: %s(", refusal.call);
  if (refusal.subject != nullptr) print(log, "%s, ", refusal.subject);
  print(log, "%s0x%px", page, value);
  if (refusal.order >= 0) print(log, ", order %d", refusal.order);
  print(log, "): %s; refused, called from %pS\n  %s0x%px is ", refusal.wrong, refusal.caller, page, value);
  print_what(log, memory, given);
  print(log, "\n");
}

}  // namespace mink::mm
