// SPDX-License-Identifier: MIT
// Tables as text, from any TableView: the parts of arch/page_dump.hpp that a test can reach.
#pragma once
#include <arch/page_dump.hpp>
#include <arch_arm/table_view.hpp>

namespace mink::arch::arm {

void dump_tables(TextSink& out, const TableView& tables, std::span<const AddressMarker> markers);
bool describe(TextSink& out, const TableView& tables, VirtAddr va);

}  // namespace mink::arch::arm
