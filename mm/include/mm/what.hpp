// SPDX-License-Identifier: MIT
// What an address is: the words that every report of a wrong call uses, and the shell's `whatis`.
#pragma once
#include <lib/text_sink.hpp>
#include <mm/owner.hpp>

namespace mink::mm {

// What a call was given: an address, or a page, which may have none (HighMem) or be no page at all.
struct Given {
  constexpr Given(const void* address_) : address{address_} {}
  constexpr Given(const page* page_) : page{page_}, is_page{true} {}
  const void* address = nullptr;
  const struct page* page = nullptr;
  bool is_page = false;
};

// "object 31 of kmalloc-64, allocated", "byte 16 of ...", "page 2 of a block of order 3, allocated by X", "a free page",
// "byte 8192 of the vmalloc area at X of 3 pages, by Y", "on the caller's stack": no full stop, no newline. Any context; looked
// at with interrupts off for a bounded number of instructions, printed with them as they are. O(log areas).
void print_what(TextSink& out, const Memory& memory, Given given);

// Names an address that no allocator has ("one of the kernel's variables"), or returns nullptr.
using PlaceNames = const char* (*)(const void* address);
// Returns the one that was there before. At start there is none.
PlaceNames set_place_names(PlaceNames names);

}  // namespace mink::mm
