// SPDX-License-Identifier: MIT
// The kernel's memory as a whole, for commands that count it, tidy it or check it.
#pragma once
#include <cstddef>
#include <lib/text_sink.hpp>

namespace mink::shell {

// Pages that somebody could have now: in free lists of all zones, and on their lists of single pages.
[[nodiscard]] std::size_t free_page_count();

// Pages of memory that the machine has, the kernel's own included.
[[nodiscard]] std::size_t present_page_count();

// Gives back what is kept to be quick the next time: empty slabs, single pages, unmapped areas, empty tables.
// Two counts of free pages can be compared behind it. Thread context.
void settle_memory();

// Runs every validator, and says on `out` what it checked and what is wrong. True: nothing is.
bool check_memory(TextSink& out);
// ... and says nothing if nothing is wrong.
bool check_memory_quietly(TextSink& out);

}  // namespace mink::shell
