// SPDX-License-Identifier: MIT
// What the user holds: each allocation made at the prompt has a number, #1, #2, …, until it is released.
#pragma once
#include <base/gfp.h>
#include <cstddef>
#include <lib/text_sink.hpp>

namespace mink::shell {

struct Handle;

// How a kind of allocation is freed and described. A handle may hold many items of a kind (`kmalloc 100
// x1000`): they are chained through themselves, because the shell takes no memory of its own for them.
struct AllocationKind {
  const char* name;  // as the command that makes it
  bool has_size;     // whether Handle::size says anything behind the name
  void* (*next)(void* item);
  void (*set_next)(void* item, void* next);
  // Where the item can be read and written, and how much of it; nullptr: nowhere.
  void* (*memory)(const Handle& handle, void* item, std::size_t& bytes);
  void (*free_one)(const Handle& handle, void* item);
  // Says on `out` what `item` is, a blank in front: " phys 0x00a41f80 kmalloc-128".
  void (*describe)(const Handle& handle, void* item, TextSink& out);
};

struct Handle {
  unsigned id = 0;  // 0: this place is free
  const AllocationKind* kind = nullptr;
  void* owner = nullptr;  // a cache or pool; else nullptr
  std::size_t size = 0;   // bytes asked for each item, or the order of pages
  gfp_t gfp = 0;
  std::size_t count = 0;  // items
  void* items = nullptr;  // the newest
};

class Handles {
 public:
  static constexpr std::size_t kMost = 256;

  // A handle without items; nullptr if kMost are held.
  Handle* open(const AllocationKind& kind, void* owner, std::size_t size, gfp_t gfp);
  // The handle with that number, or nullptr.
  Handle* find(unsigned id);
  // The newest handle with items of `owner`, or nullptr.
  Handle* newest_of(const void* owner);

  static void add(Handle& handle, void* item);
  // Frees up to `count` items, the newest first; the number freed. A handle without items is gone.
  static std::size_t free_items(Handle& handle, std::size_t count);

  // Calls visit(Handle&) for each handle, the oldest first. It may free the handle.
  template <class Visit>
  void each(Visit visit) {
    for (unsigned last = 0; Handle* handle = after(last);) {
      last = handle->id;
      visit(*handle);
    }
  }

 private:
  Handle* after(unsigned id);

  Handle table_[kMost] = {};
  unsigned last_id_ = 0;
};

// The session's.
Handles& handles();

}  // namespace mink::shell
