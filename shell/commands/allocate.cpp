// SPDX-License-Identifier: MIT
// Allocations by hand: kmalloc kzalloc pages zpage vmalloc, and what becomes of them: live, release.
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <base/addr.hpp>
#include <mm/kernel_memory.hpp>

#include "allocations.hpp"
#include "commands/families.hpp"
#include "gfp_argument.hpp"

namespace mink::shell {
namespace {

unsigned long ulong_of(const void* p) { return reinterpret_cast<unsigned long>(p); }
const char* plural(std::size_t n) { return n == 1 ? "" : "s"; }

// --- kmalloc ---

void free_object(const Handle&, void* item) { kfree(item); }

void* object_memory(const Handle& handle, void* item, std::size_t& bytes) {
  bytes = handle.size;
  return ZERO_OR_NULL_PTR(item) ? nullptr : item;
}

void describe_object(const Handle&, void* item, TextSink& out) {
  print(out, " 0x%08lx", ulong_of(item));
  if (ZERO_OR_NULL_PTR(item)) {
    print(out, " ZERO_SIZE_PTR");
    return;
  }
  print_phys(out, item);
  if (const auto found = mm::kernel_memory().slab.find(item); found.cache != nullptr) {
    print(out, " %s", found.cache->name);
  } else {
    const std::size_t pages = ksize(item) >> kPageShift;
    print(out, " %zu page%s", pages, plural(pages));
  }
}

constexpr AllocationKind kKmallocKind{"kmalloc",     true,        next_in_item,   set_next_in_item,
                                      object_memory, free_object, describe_object};
constexpr AllocationKind kKzallocKind{"kzalloc",     true,        next_in_item,   set_next_in_item,
                                      object_memory, free_object, describe_object};

// --- pages: chained by struct page, because high memory cannot be written without a window ---

void* next_page(void* item) { return static_cast<page*>(item)->next; }
void set_next_page(void* item, void* next) { static_cast<page*>(item)->next = static_cast<page*>(next); }

void* block_memory(const Handle& handle, void* item, std::size_t& bytes) {
  bytes = kPageSize << handle.size;
  return page_address(static_cast<page*>(item));
}

void free_block(const Handle& handle, void* item) {
  __free_pages(static_cast<page*>(item), static_cast<unsigned>(handle.size));
}

void describe_block(const Handle& handle, void* item, TextSink& out) {
  page* head = static_cast<page*>(item);
  if (const void* address = page_address(head); address != nullptr) {
    print(out, " 0x%08lx", ulong_of(address));
  } else {
    print(out, " no linear address");
  }
  print(out, " phys 0x%08lx order %zu %s", page_to_pfn(head) << kPageShift, handle.size,
        mm::zone_name(mm::zone_of(*head)));
}

constexpr AllocationKind kPagesKind{"pages",      true,       next_page,     set_next_page,
                                    block_memory, free_block, describe_block};
constexpr AllocationKind kZpageKind{"zpage",      false,      next_page,     set_next_page,
                                    block_memory, free_block, describe_block};

// --- vmalloc ---

void free_area(const Handle&, void* item) { vfree(item); }

void describe_area(const Handle& handle, void* item, TextSink& out) {
  const std::size_t pages = align_up(handle.size, kPageSize) >> kPageShift;
  const auto* at = static_cast<const char*>(item);
  std::size_t runs = 1;
  for (std::size_t i = 1; i < pages; ++i) {
    if (vmalloc_to_pfn(at + i * kPageSize) != vmalloc_to_pfn(at + (i - 1) * kPageSize) + 1) ++runs;
  }
  print(out, " 0x%08lx phys 0x%08lx %zu page%s in %zu run%s", ulong_of(at), vmalloc_to_pfn(at) << kPageShift,
        pages, plural(pages), runs, plural(runs));
}

constexpr AllocationKind kVmallocKind{"vmalloc",   true,      next_in_item, set_next_in_item,
                                      item_memory, free_area, describe_area};

// --- the commands ---

void* kmalloc_one(const Handle& handle) { return kmalloc(handle.size, handle.gfp); }
void* vmalloc_one(const Handle& handle) { return __vmalloc(handle.size, handle.gfp); }
void* pages_one(const Handle& handle) { return alloc_pages(handle.gfp, static_cast<unsigned>(handle.size)); }

template <const AllocationKind& kKind, void* (*kAllocate)(const Handle&), gfp_t kAlways>
int run_sized(Args& args, TextSink& out) {
  Repeat repeat;
  if (!take_repeat(args, repeat) || !args.expect(1, 2)) return kUsage;
  const auto size = args.number(0, "SIZE", 0, SIZE_MAX);
  const auto gfp = size ? gfp_argument(args, 1, GFP_KERNEL) : std::nullopt;
  if (!gfp) return kUsage;
  if (*size == 0 && repeat.count != 1) return args.usage("SIZE 0 allocates nothing that could be repeated");
  return allocate(args, {kKind, nullptr, static_cast<std::size_t>(*size), *gfp | kAlways, kAllocate}, repeat,
                  out);
}

int run_pages(Args& args, TextSink& out) {
  Repeat repeat;
  if (!take_repeat(args, repeat) || !args.expect(1, 2)) return kUsage;
  const auto order = args.number(0, "ORDER", 0, mm::kMaxOrder);
  const auto gfp = order ? gfp_argument(args, 1, GFP_KERNEL) : std::nullopt;
  if (!gfp) return kUsage;
  return allocate(args, {kPagesKind, nullptr, static_cast<std::size_t>(*order), *gfp, pages_one}, repeat,
                  out);
}

int run_zpage(Args& args, TextSink& out) {
  Repeat repeat;
  if (!take_repeat(args, repeat) || !args.expect(0, 1)) return kUsage;
  const auto gfp = gfp_argument(args, 0, GFP_KERNEL);
  if (!gfp) return kUsage;
  return allocate(args, {kZpageKind, nullptr, 0, *gfp | __GFP_ZERO, pages_one}, repeat, out);
}

int run_live(Args& args, TextSink& out) {
  if (!args.expect(0, 0)) return kUsage;
  std::size_t count = 0;
  handles().each([&](const Handle& handle) {
    print_handle(out, handle);
    ++count;
  });
  print(out, "%zu allocation%s\n", count, plural(count));
  return kOk;
}

int release_all(TextSink& out) {
  std::size_t count = 0;
  handles().each([&](Handle& handle) {
    Handles::free_items(handle, handle.count);
    ++count;
  });
  print(out, "released %zu allocation%s\n", count, plural(count));
  return kOk;
}

int release_one(const Args& args, std::string_view text, TextSink& out) {
  const auto id = parse_number(text.starts_with('#') ? text.substr(1) : text);
  if (!id || *id == 0 || *id > UINT32_MAX)
    return args.usage("takes the number of an allocation, as #3, or all");
  Handle* handle = handles().find(static_cast<unsigned>(*id));
  if (handle == nullptr) {
    print(out, "release: there is no #%u; `live` lists what there is\n", static_cast<unsigned>(*id));
    return kFailed;
  }
  Handles::free_items(*handle, handle->count);
  return kOk;
}

int run_release(Args& args, TextSink& out) {
  if (args.size() == 0) return args.usage("what? the number of an allocation, as #3, or all");
  if (args.size() == 1 && args[0] == "all") return release_all(out);
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (const int status = release_one(args, args[i], out); status != kOk) return status;
  }
  return kOk;
}

#define MINK_REPEAT_HELP                                                                              \
  "xN does it N times, xall until there is no more; they share one number. FLAGS: GFP_KERNEL (what\n" \
  "it is without them), GFP_ATOMIC, GFP_KERNEL|__GFP_ZERO ...; `gfp` explains them."

constexpr Command kCommands[] = {
    {.name = "kmalloc",
     .usage = "SIZE [FLAGS] [xN|xall]",
     .summary = "allocates SIZE bytes, physically contiguous",
     .example = "kmalloc 100 GFP_ATOMIC",
     .run = run_sized<kKmallocKind, kmalloc_one, 0>,
     .details = MINK_REPEAT_HELP},
    {.name = "kzalloc",
     .usage = "SIZE [FLAGS] [xN|xall]",
     .summary = "kmalloc of zeroed memory, and verifies that",
     .example = "kzalloc 4K",
     .run = run_sized<kKzallocKind, kmalloc_one, __GFP_ZERO>,
     .details = MINK_REPEAT_HELP},
    {.name = "pages",
     .usage = "ORDER [FLAGS] [xN|xall]",
     .summary = "allocates a block of 2^ORDER pages",
     .example = "pages 3 GFP_DMA",
     .run = run_pages,
     .details = MINK_REPEAT_HELP},
    {.name = "zpage",
     .usage = "[FLAGS] [xN|xall]",
     .summary = "allocates a zeroed page, and verifies that",
     .example = "zpage GFP_ATOMIC",
     .run = run_zpage,
     .details = MINK_REPEAT_HELP},
    {.name = "vmalloc",
     .usage = "SIZE [FLAGS] [xN|xall]",
     .summary = "allocates SIZE bytes, contiguous in virtual addresses alone",
     .example = "vmalloc 1M",
     .run = run_sized<kVmallocKind, vmalloc_one, 0>,
     .details = MINK_REPEAT_HELP},
    {.name = "live",
     .usage = "",
     .summary = "lists what was allocated here and not released",
     .example = "live",
     .run = run_live},
    {.name = "release",
     .usage = "#N...|all",
     .summary = "frees allocations, each with the function that fits it",
     .example = "release #3 #4",
     .run = run_release,
     .completions = "all"},
};

}  // namespace

constinit const Family kAllocateFamily{"Allocate and release", kCommands};

}  // namespace mink::shell
