// SPDX-License-Identifier: MIT
// Wrong calls, and what an address is: abuse, whatis.
#include <algorithm>
#include <kernel/log.hpp>
#include <mm/what.hpp>

#include "abuse/abuse.hpp"
#include "commands/families.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

constexpr const std::span<const AbuseRow>* kGroups[] = {&kPageAbuses, &kObjectAbuses, &kAreaAbuses,
                                                        &kPoolAbuses, &kDebugAbuses};

constinit kernel::LogCursor mark;

void mark_log() {
  kernel::LogEntry entry;
  while (kernel::log_read(mark, entry)) {
  }
}

std::string_view logged(std::span<char> room) {
  BufferSink out{room.data(), room.size()};
  kernel::LogEntry entry;
  while (kernel::log_read(mark, entry)) {
    out.write(entry.text, entry.length);
    if (entry.ends_line) out.write("\n", 1);
  }
  return {out.text(), out.length()};
}

constexpr AbusePlace kKernel{mark_log, logged, check_memory_quietly, true};

int run_abuse_command(Args& args, TextSink& out) {
  if (!args.expect(1, 1)) return kUsage;
  unsigned ran = 0, good = 0;
  for (const auto* group : kGroups) {
    for (const AbuseRow& row : *group) {
      if (args[0] != "all" && args[0] != row.name) continue;
      ++ran;
      if (run_abuse(row, kKernel, out)) ++good;
    }
  }
  if (ran == 0) return args.usage("all, or one of those that `help abuse` lists");
  if (args[0] == "all")
    print(out, "abuse: %u of %u kinds of wrong calls refused, named and without effect\n", good, ran);
  return ran == good ? kOk : kFailed;
}

void list_abuses(TextSink& out) {
  for (const auto* group : kGroups) {
    for (const AbuseRow& row : *group) print(out, "  %-16s %s\n", row.name, row.summary);
  }
}

int run_whatis(Args& args, TextSink& out) {
  if (!args.expect(1, 1)) return kUsage;
  const auto address = args.address(0, "ADDR");
  if (!address) return kUsage;
  print(out, "0x%08lx is ", static_cast<unsigned long>(*address));
  mm::print_what(out, mm::Memory::of_kernel(), reinterpret_cast<const void*>(*address));
  print(out, "\n");
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "abuse",
     .usage = "NAME|all",
     .summary = "makes a wrong call for real: it must be reported in the right words, and change nothing",
     .example = "abuse pages-order; check",
     .run = run_abuse_command,
     .details =
         "Each is done on allocations of its own. The status tells whether all were refused. NAME is one of",
     .list = list_abuses,
     .completions = "all"},
    {.name = "whatis",
     .usage = "ADDR",
     .summary = "what an address is, in the words of a report about it",
     .example = "whatis jiffies",
     .run = run_whatis},
};

}  // namespace

constinit const Family kAbuseFamily{"Wrong calls", kCommands};

}  // namespace mink::shell
