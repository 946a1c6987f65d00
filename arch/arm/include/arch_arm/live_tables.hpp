// SPDX-License-Identifier: MIT
// The translation tables that are in force now, and memory as they allow it to be read. Target only.
#pragma once
#include <arch_arm/table_view.hpp>

namespace mink::arch::arm {

// Of the kernel half: TTBR1's table, first or final.
TableView live_tables();

// Reads an aligned word if the kernel half maps it as Normal memory: never faults, never touches a device.
// Any context.
bool probe_word(VirtAddr va, std::uint32_t& word);

}  // namespace mink::arch::arm
