// SPDX-License-Identifier: MIT
// Reads translation tables as the walker would: for translate(), the pt command, the checks and the tests.
#pragma once
#include <arch_arm/descriptor.hpp>

namespace mink::arch::arm {

// Where tables are to be read: they name each other by physical address.
struct TableView {
  const Descriptor* l1 = nullptr;
  std::uintptr_t virt_minus_phys = 0;  // modulo the size of a pointer

  [[nodiscard]] const Descriptor* table_at(PhysAddr pa) const {
    return reinterpret_cast<const Descriptor*>(pa.raw() + virt_minus_phys);
  }
  // The two words that translate `va`; l2 stays 0 where L1 names no table.
  struct Words {
    Descriptor l1 = 0, l2 = 0;
  };
  [[nodiscard]] Words words(VirtAddr va) const {
    Words w{l1[index(kL1, va)], 0};
    if (is_l2_table(w.l1)) w.l2 = table_at(l2_table_address(w.l1))[index(kL2, va)];
    return w;
  }
  // The deciding one of them.
  [[nodiscard]] Decoded lookup(VirtAddr va) const {
    const Words w = words(va);
    return is_l2_table(w.l1) ? decode_l2(w.l2) : decode_l1(w.l1);
  }
};

// The tables' own rules, whole: repeated words equal, domain 0 and global, nothing writable and executable,
// nothing in the user half, no reserved word, L2 tables of a group in one page each in its quarter. Returns
// what is wrong and sets `where`, or nullptr. `table_pages`, if given, receives the number of pages that L2
// tables occupy. Reads every word.
const char* check_tables(const TableView& tables, VirtAddr& where, std::size_t* table_pages = nullptr);

}  // namespace mink::arch::arm
