// SPDX-License-Identifier: MIT
// Allocating for a handle, and printing it; see allocations.hpp.
#include "allocations.hpp"

#include <linux/slab.h>
#include <mm/gfp_names.hpp>
#include <mm/kernel_memory.hpp>
#include <shell/shell.hpp>

#include "soak/pattern.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kItemsPerLook = 256;  // between two looks for Ctrl-C

bool zero_as_asked(const Handle& handle, void* item) {
  if ((handle.gfp & __GFP_ZERO) == 0) return true;
  std::size_t bytes = 0;
  const void* memory = handle.kind->memory(handle, item, bytes);
  return memory == nullptr || is_zero(memory, bytes);
}

}  // namespace

void* next_in_item(void* item) { return *static_cast<void**>(item); }
void set_next_in_item(void* item, void* next) {
  if (!ZERO_OR_NULL_PTR(item)) *static_cast<void**>(item) = next;
}
void* item_memory(const Handle& handle, void* item, std::size_t& bytes) {
  bytes = handle.size;
  return item;
}

void print_phys(TextSink& out, const void* object) {
  const PhysAddr pa = mm::kernel_memory().pages.phys_of_linear(virt_of(object));
  print(out, " phys 0x%08lx", static_cast<unsigned long>(pa.raw()));
}

bool take_repeat(Args& args, Repeat& repeat) {
  if (args.size() == 0) return true;
  const std::string_view last = args[args.size() - 1];
  if (!last.starts_with('x')) return true;
  if (last == "xall") {
    repeat = {SIZE_MAX, true};
  } else if (const auto count = parse_number(last.substr(1)); count && *count >= 1 && *count <= UINT32_MAX) {
    repeat = {static_cast<std::size_t>(*count), false};
  } else {
    args.usage("xN is a number of times, as x100, or xall");
    return false;
  }
  args.drop_last();
  return true;
}

int allocate(const Args& args, const Request& request, const Repeat& repeat, TextSink& out) {
  Handle* handle = handles().open(request.kind, request.owner, request.size, request.gfp);
  if (handle == nullptr) {
    print(out, "%s: %zu allocations are held: release some\n", args.command().name, Handles::kMost);
    return kFailed;
  }
  bool zero = true, stopped = false;
  while (handle->count < repeat.count && !stopped) {
    void* item = request.allocate_one(*handle);
    if (item == nullptr) break;
    zero = zero && zero_as_asked(*handle, item);
    Handles::add(*handle, item);
    stopped = handle->count % kItemsPerLook == 0 && args.shell().environment().take_break();
  }
  const std::size_t count = handle->count;
  if (count != 0) {
    print_handle(out, *handle);
  } else {
    *handle = {};
  }
  if (!zero) {
    print(out, "%s: NOT ZERO, though __GFP_ZERO was asked for\n", args.command().name);
    return kFailed;
  }
  if (stopped || count == repeat.count || (repeat.until_failure && count != 0)) return kOk;
  print(out, "%s: %s for ", args.command().name, count == 0 ? "no memory" : "then there was no more memory");
  mm::format_gfp(out, request.gfp);
  print(out, "\n");
  return kFailed;
}

void print_handle(TextSink& out, const Handle& handle) {
  print(out, "#%u %s", handle.id, handle.kind->name);
  if (handle.kind->has_size) print(out, " %zu", handle.size);
  if (handle.count != 1) print(out, " x%zu", handle.count);
  print(out, " ->");
  handle.kind->describe(handle, handle.items, out);
  print(out, " ");
  mm::format_gfp(out, handle.gfp);
  print(out, "\n");
}

}  // namespace mink::shell
