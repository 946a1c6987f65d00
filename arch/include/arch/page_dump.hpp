// SPDX-License-Identifier: MIT
// The translation tables as text: what is mapped where, with which rights, read from the tables in memory.
#pragma once
#include <base/addr.hpp>
#include <lib/text_sink.hpp>
#include <span>

namespace mink::arch {

// Heads the ranges from `start` on: "---[ NAME ]---". In ascending order.
struct AddressMarker {
  VirtAddr start;
  const char* name;
};

// All ranges of equal attributes, one a line, as Linux's ptdump prints them. Reads every table.
void dump_page_tables(TextSink& out, std::span<const AddressMarker> markers);

// The walk of one address: each level's word, and all that it says. False if the address is not mapped.
bool describe_translation(TextSink& out, VirtAddr va);

}  // namespace mink::arch
