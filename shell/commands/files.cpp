// SPDX-License-Identifier: MIT
// The files of /proc and other texts: ls cat watch dmesg uptime, and short names of what is read most.
#include <linux/jiffies.h>
#include <linux/vmalloc.h>
#include <arch/irq.hpp>
#include <kernel/clock.hpp>
#include <kernel/log.hpp>
#include <kernel/proc.hpp>
#include <mm/kernel_memory.hpp>

#include "commands/families.hpp"

namespace mink::shell {
namespace {

constexpr std::string_view kFolder = "/proc";

const kernel::ProcFile* find_file(std::string_view path) {
  if (path.starts_with(kFolder) && path.size() > kFolder.size() && path[kFolder.size()] == '/') {
    path.remove_prefix(kFolder.size() + 1);
  }
  return kernel::proc().find(path);
}

int show_file(const Args& args, std::string_view path, TextSink& out) {
  const kernel::ProcFile* file = find_file(path);
  if (file != nullptr) {
    file->show(out);
    return kOk;
  }
  print(out, "%s: there is no ", args.command().name);
  print_visible(out, path);
  print(out, "; `ls` lists what there is\n");
  return kFailed;
}

int run_ls(Args& args, TextSink& out) {
  if (!args.expect(0, 1)) return kUsage;
  if (args.size() == 1 && args[0] != "/" && args[0] != kFolder && args[0] != "/proc/") {
    return args.usage("the only folder is /proc");
  }
  for (const kernel::ProcFile& file : kernel::proc().files()) print(out, "/proc/%s\n", file.name);
  return kOk;
}

// All of one moment: their texts are taken with interrupts off, and shown afterwards.
int show_snapshot(const Args& args, TextSink& out) {
  constexpr std::size_t kRoom = 128 * 1024;
  auto* const room = static_cast<char*>(vmalloc(kRoom));
  if (room == nullptr) {
    print(out, "cat: no memory for the texts\n");
    return kFailed;
  }
  BufferSink texts{room, kRoom};
  int status = kOk;
  {
    const arch::IrqGuard guard;
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (show_file(args, args[i], texts) != kOk) status = kFailed;
    }
  }
  out.write(texts.text(), texts.length());
  if (texts.truncated()) {
    print(out, "cat: %zu bytes more found no room\n", texts.wanted() - texts.length());
    status = kFailed;
  }
  vfree(room);
  return status;
}

int run_cat(Args& args, TextSink& out) {
  const bool snapshot = args.take_flag("-s");
  if (args.size() == 0) return args.usage("which file? /proc/buddyinfo, for one");
  if (snapshot) return show_snapshot(args, out);
  int status = kOk;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (show_file(args, args[i], out) != kOk) status = kFailed;
  }
  return status;
}

// The command's own name is that of the file.
int run_named(Args& args, TextSink& out) {
  return args.expect(0, 0) ? show_file(args, args.command().name, out) : kUsage;
}

int run_slabinfo(Args& args, TextSink& out) {
  if (!args.take_flag("-v")) return run_named(args, out);
  if (!args.expect(0, 0)) return kUsage;
  const mm::SlabAllocator& slab = mm::kernel_memory().slab;
  const bool ok = slab.check(out);
  unsigned caches = 0;
  for (const kmem_cache& cache : slab.caches()) caches += cache.slab_count != 0 ? 1u : 0u;
  print(out, "%u caches with slabs, every object: %s\n", caches, ok ? "ok" : "WRONG");
  return ok ? kOk : kFailed;
}

int run_watch(Args& args, TextSink& out) {
  std::size_t first = 0;
  std::uint64_t seconds = 1, times = UINT64_MAX;
  for (; args[first].starts_with('-'); first += 2) {
    const bool is_period = args[first] == "-n";
    if (!is_period && args[first] != "-c") return args.usage("the options are -n SECONDS and -c TIMES");
    const auto value = args.number(first + 1, is_period ? "SECONDS" : "TIMES", 1, 1'000'000);
    if (!value) return kUsage;
    (is_period ? seconds : times) = *value;
  }
  if (first >= args.size()) return args.usage("which command?");
  if (args[first] == args.command().name) return args.usage("does not watch itself");
  for (std::uint64_t i = 0; i < times; ++i) {
    if (i != 0 && args.shell().environment().wait(static_cast<unsigned>(seconds * 1000))) return kOk;
    if (args.shell().ansi()) print(out, "\x1b[H\x1b[2J");
    if (const int status = args.shell().run_command(args.words_from(first)); status != kOk) return status;
  }
  return kOk;
}

int run_dmesg(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  kernel::log_show(out);
  return kOk;
}

int run_uptime(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  const auto hundredths = static_cast<unsigned long>(kernel::uptime_ns() / 10'000'000);
  const auto ticks = static_cast<unsigned long>(get_jiffies_64() - INITIAL_JIFFIES);
  print(out, "up %lu:%02lu:%02lu.%02lu, %lu ticks at %d Hz\n", hundredths / 360'000, hundredths / 6000 % 60,
        hundredths / 100 % 60, hundredths % 100, ticks, HZ);
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "ls", .usage = "[/proc]", .summary = "lists the files", .example = "ls", .run = run_ls},
    {.name = "cat",
     .usage = "[-s] FILE...",
     .summary = "shows files of /proc, with or without that in front",
     .example = "cat /proc/zoneinfo",
     .run = run_cat,
     .details =
         "-s: all of one moment. Their texts are taken with interrupts off, for some milliseconds, so that\n"
         "their figures add up whatever goes on."},
    {.name = "watch",
     .usage = "[-n SECONDS] [-c TIMES] COMMAND...",
     .summary = "runs a command every second until Ctrl-C",
     .example = "watch -n 2 cat /proc/buddyinfo",
     .run = run_watch},
    {.name = "buddyinfo",
     .usage = "",
     .summary = "free blocks of each zone by order: cat /proc/buddyinfo",
     .example = "buddyinfo",
     .run = run_named},
    {.name = "slabinfo",
     .usage = "[-v]",
     .summary = "object caches and their slabs: cat /proc/slabinfo; -v looks at every object of them",
     .example = "slabinfo",
     .run = run_slabinfo,
     .details =
         "What is written beside objects, or into free ones, is found in caches with RED_ZONE and POISON:\n"
         "slub_debug=FZPU on the kernel's command line (Linux's syntax), or flags of `cache create`."},
    {.name = "vmallocinfo",
     .usage = "",
     .summary = "areas of vmalloc and ioremap: cat /proc/vmallocinfo",
     .example = "vmallocinfo",
     .run = run_named},
    {.name = "dmesg", .usage = "", .summary = "the kernel's log", .example = "dmesg", .run = run_dmesg},
    {.name = "uptime", .usage = "", .summary = "time since power-on", .example = "uptime", .run = run_uptime},
};

}  // namespace

constinit const Family kFileFamily{"Files and texts", kCommands};

}  // namespace mink::shell
