// SPDX-License-Identifier: MIT
// Looking at memory, tables and names: md mw pt sym.
#include <arch/page_dump.hpp>
#include <base/addr.hpp>
#include <base/symbols.hpp>
#include <cstdint>

#include "commands/families.hpp"
#include "memory_places.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kRow = 16;
constexpr std::uint64_t kMostBytes = 64 * 1024;

// One row of `md`, read word by word: registers of devices may not like anything else.
void print_row(TextSink& out, std::uintptr_t address, std::size_t bytes) {
  union {
    unsigned words[kRow / 4];
    unsigned char bytes[kRow];
  } row = {};
  // All of it before the first character: if it faults, the report begins on a line of its own.
  for (std::size_t i = 0; i < bytes / 4; ++i)
    row.words[i] = ptr_of<const volatile unsigned>(VirtAddr{address})[i];
  print(out, "%08lx:", static_cast<unsigned long>(address));
  for (std::size_t i = 0; i < bytes / 4; ++i) print(out, " %08x", row.words[i]);
  print(out, "%*s", static_cast<int>((kRow - bytes) / 4 * 9 + 2), "");
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned char c = row.bytes[i];
    print(out, "%c", c >= ' ' && c <= '~' ? c : '.');
  }
  print(out, "\n");
}

int run_md(Args& args, TextSink& out) {
  if (!args.expect(1, 2)) return kUsage;
  const auto address = args.address(0, "ADDR");
  if (!address) return kUsage;
  const auto bytes = args.size() > 1 ? args.number(1, "N", 1, kMostBytes) : std::uint64_t{64};
  if (!bytes) return kUsage;
  const std::uintptr_t start = align_down(*address, 4);
  const std::size_t size = align_up(static_cast<std::size_t>(*bytes) + (*address - start), 4);
  for (std::size_t done = 0; done < size; done += kRow) {
    if (args.shell().environment().take_break()) return kFailed;
    print_row(out, start + done, size - done < kRow ? size - done : kRow);
  }
  return kOk;
}

int run_mw(Args& args, TextSink& out) {
  const bool force = args.take_flag("-f");
  if (!args.expect(2, 2)) return kUsage;
  const auto address = args.address(0, "ADDR");
  const auto value = address ? args.number(1, "VALUE", 0, UINT32_MAX) : std::nullopt;
  if (!value) return kUsage;
  if (!is_aligned(*address, 4)) return args.usage("ADDR is that of a word: a multiple of 4");
  if (const char* place = precious_place(VirtAddr{*address}); place != nullptr && !force) {
    print(out, "mw: 0x%08lx is in %s; -f writes there all the same\n", static_cast<unsigned long>(*address),
          place);
    return kFailed;
  }
  volatile unsigned* word = ptr_of<volatile unsigned>(VirtAddr{*address});
  const unsigned before = *word;
  *word = static_cast<unsigned>(*value);
  print(out, "%08lx: %08x -> %08x\n", static_cast<unsigned long>(*address), before, *word);
  return kOk;
}

int run_pt(Args& args, TextSink& out) {
  if (!args.expect(0, 1)) return kUsage;
  if (args.size() == 0) {
    arch::dump_page_tables(out, address_markers());
    return kOk;
  }
  const auto address = args.address(0, "ADDR");
  if (!address) return kUsage;
  return arch::describe_translation(out, VirtAddr{*address}) ? kOk : kFailed;
}

void print_symbol(TextSink& out, std::uintptr_t address) {
  Symbol symbol{};
  if (!symbol_lookup(address, symbol)) {
    print(out, "%08lx is in no symbol\n", static_cast<unsigned long>(address));
    return;
  }
  print(out, "%08lx %s+0x%lx/0x%lx\n", static_cast<unsigned long>(address), symbol.name,
        static_cast<unsigned long>(symbol.offset), static_cast<unsigned long>(symbol.size));
}

int run_sym(Args& args, TextSink& out) {
  if (!args.expect(1, 1)) return kUsage;
  // A name first: `add_timer` begins as a hexadecimal number does.
  std::uintptr_t address = symbol_address(args[0].data());
  if (address == 0) {
    const auto number = args.address(0, "NAME|ADDR");
    if (!number) return kUsage;
    address = *number;
    Symbol symbol{};
    if (!symbol_lookup(address, symbol)) {
      print_symbol(out, address);
      return kFailed;
    }
  }
  print_symbol(out, address);
  return kOk;
}

constexpr Command kCommands[] = {
    {.name = "pt",
     .usage = "[ADDR]",
     .summary = "prints what the translation tables map, or walks them for one address",
     .example = "pt c0008000",
     .run = run_pt},
    {.name = "md",
     .usage = "ADDR [N]",
     .summary = "shows N (64) bytes of memory, read as words",
     .example = "md jiffies 4",
     .run = run_md,
     .details = "An address that is not mapped faults; the report comes, and then the next prompt."},
    {.name = "mw",
     .usage = "[-f] ADDR VALUE",
     .summary = "writes a word of memory",
     .example = "mw 0xc0a41f80 0x12345678",
     .run = run_mw,
     .details =
         "Refuses the kernel's image, the translation tables, mem_map and whatever is in use: live objects,\n"
         "pages, areas. -f does not ask."},
    {.name = "sym",
     .usage = "NAME|ADDR",
     .summary = "names an address, or finds a name",
     .example = "sym kmem_cache_alloc",
     .run = run_sym},
};

}  // namespace

constinit const Family kInspectFamily{"Look inside", kCommands};

}  // namespace mink::shell
