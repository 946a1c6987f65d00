// SPDX-License-Identifier: MIT
// The table of handles and the chains of their items; see handles.hpp.
#include <shell/handles.hpp>

namespace mink::shell {
namespace {

constinit Handles session_handles;

}  // namespace

Handles& handles() { return session_handles; }

Handle* Handles::open(const AllocationKind& kind, void* owner, std::size_t size, gfp_t gfp) {
  for (Handle& handle : table_) {
    if (handle.id != 0) continue;
    handle = {.id = ++last_id_,
              .kind = &kind,
              .owner = owner,
              .size = size,
              .gfp = gfp,
              .count = 0,
              .items = nullptr};
    return &handle;
  }
  return nullptr;
}

Handle* Handles::find(unsigned id) {
  for (Handle& handle : table_) {
    if (id != 0 && handle.id == id) return &handle;
  }
  return nullptr;
}

Handle* Handles::newest_of(const void* owner) {
  Handle* newest = nullptr;
  for (Handle& handle : table_) {
    if (handle.id == 0 || handle.owner != owner || handle.count == 0) continue;
    if (newest == nullptr || handle.id > newest->id) newest = &handle;
  }
  return newest;
}

Handle* Handles::after(unsigned id) {
  Handle* oldest = nullptr;
  for (Handle& handle : table_) {
    if (handle.id > id && (oldest == nullptr || handle.id < oldest->id)) oldest = &handle;
  }
  return oldest;
}

void Handles::add(Handle& handle, void* item) {
  if (handle.kind->set_next != nullptr) handle.kind->set_next(item, handle.items);
  handle.items = item;
  ++handle.count;
}

std::size_t Handles::free_items(Handle& handle, std::size_t count) {
  std::size_t freed = 0;
  for (; freed < count && handle.count != 0; ++freed) {
    void* item = handle.items;
    --handle.count;
    handle.items = handle.count != 0 ? handle.kind->next(item) : nullptr;
    handle.kind->free_one(handle, item);
  }
  if (handle.count == 0) handle = {};
  return freed;
}

}  // namespace mink::shell
