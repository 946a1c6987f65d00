// SPDX-License-Identifier: MIT
// What the commands that allocate have in common.
#pragma once
#include <shell/command.hpp>
#include <shell/handles.hpp>

namespace mink::shell {

// How many: the last argument as xN (N times) or xall (until there is no more); once without it.
struct Repeat {
  std::size_t count = 1;
  bool until_failure = false;
};
// Takes the repetition off the end of args if there is one. False: it is wrong; the usage has been shown.
bool take_repeat(Args& args, Repeat& repeat);

// What is allocated, and how one of it is. __GFP_ZERO: that it is zero is verified.
struct Request {
  const AllocationKind& kind;
  void* owner;
  std::size_t size;
  gfp_t gfp;
  void* (*allocate_one)(const Handle& handle);
};
// Allocates as often as `repeat` says and prints the handle's line, or that there was no memory. The
// command's status.
int allocate(const Args& args, const Request& request, const Repeat& repeat, TextSink& out);

// "#3 kmalloc 100 -> 0xc0a41f80 phys 0x00a41f80 kmalloc-128 GFP_KERNEL"; of several items, the newest.
void print_handle(TextSink& out, const Handle& handle);

// " phys 0x00a41f80" of an address in the linear map.
void print_phys(TextSink& out, const void* object);

// For kinds whose items can be written: the first word of each points to the next one.
void* next_in_item(void* item);
void set_next_in_item(void* item, void* next);
void* item_memory(const Handle& handle, void* item, std::size_t& bytes);

}  // namespace mink::shell
