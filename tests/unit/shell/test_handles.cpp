// SPDX-License-Identifier: MIT
// Handles: numbers, chains of items, and that each item is freed once.
#include <shell/handles.hpp>

#include "unit/shell/support.hpp"

using mink::TextSink;
using mink::shell::AllocationKind;
using mink::shell::Handle;
using mink::shell::Handles;

namespace {

struct Item {
  void* next;
  int freed;
};

void* next_of(void* item) { return static_cast<Item*>(item)->next; }
void set_next_of(void* item, void* next) { static_cast<Item*>(item)->next = next; }
void free_item(const Handle&, void* item) { ++static_cast<Item*>(item)->freed; }
void* memory_of(const Handle&, void* item, std::size_t& bytes) {
  bytes = sizeof(Item);
  return item;
}
void describe(const Handle&, void*, TextSink&) {}

constexpr AllocationKind kKind{"test", true, next_of, set_next_of, memory_of, free_item, describe};

}  // namespace

TEST_GROUP(Handles) {
  Handles handles;
  Item items[5] = {};

  Handle* open_with(unsigned count, void* owner = nullptr) {
    Handle* handle = handles.open(kKind, owner, 1, 0);
    for (unsigned i = 0; i < count; ++i) Handles::add(*handle, &items[i]);
    return handle;
  }
};

TEST(Handles, numbers_grow_and_are_not_used_twice) {
  LONGS_EQUAL(1, open_with(1)->id);
  LONGS_EQUAL(2, open_with(1)->id);
  Handles::free_items(*handles.find(1), 1);
  POINTERS_EQUAL(nullptr, handles.find(1));
  LONGS_EQUAL(3, open_with(1)->id);
  POINTERS_EQUAL(nullptr, handles.find(0));
}

TEST(Handles, items_are_freed_newest_first_and_once) {
  Handle* handle = open_with(5);
  LONGS_EQUAL(2, Handles::free_items(*handle, 2));
  LONGS_EQUAL(1, items[4].freed);
  LONGS_EQUAL(1, items[3].freed);
  LONGS_EQUAL(0, items[2].freed);
  LONGS_EQUAL(3, handle->count);
  LONGS_EQUAL(3, Handles::free_items(*handle, 100));
  for (const Item& item : items) LONGS_EQUAL(1, item.freed);
  LONGS_EQUAL(0, handle->id);
}

TEST(Handles, each_goes_by_number_and_may_free) {
  open_with(1);
  open_with(1);
  Handles::free_items(*handles.find(1), 1);
  open_with(1);  // #3, in the first place of the table
  unsigned last = 0, count = 0;
  handles.each([&](Handle& handle) {
    CHECK(handle.id > last);
    last = handle.id;
    ++count;
    Handles::free_items(handle, 1);
  });
  LONGS_EQUAL(2, count);
  LONGS_EQUAL(3, last);
  handles.each([&](Handle&) { FAIL("all are gone"); });
}

TEST(Handles, the_newest_of_an_owner) {
  int a = 0, b = 0;
  open_with(1, &a);
  open_with(1, &b);
  Handle* newest = open_with(1, &a);
  handles.open(kKind, &a, 1, 0);  // no items
  POINTERS_EQUAL(newest, handles.newest_of(&a));
  POINTERS_EQUAL(nullptr, handles.newest_of(&items[0]));
}

TEST(Handles, a_full_table_says_so) {
  for (std::size_t i = 0; i < Handles::kMost; ++i) CHECK(handles.open(kKind, nullptr, 1, 0) != nullptr);
  POINTERS_EQUAL(nullptr, handles.open(kKind, nullptr, 1, 0));
}
