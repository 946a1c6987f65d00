// SPDX-License-Identifier: MIT
// The rules that mink's own tables keep, read back from the tables.
#include <arch_arm/table_view.hpp>

namespace mink::arch::arm {
namespace {

// Sixteen equal words, aligned in the table, for the two kinds that are repeated.
bool repeated(const Descriptor* table, unsigned i) {
  const Descriptor* first = table + (i & ~(kRepeat - 1));
  for (unsigned k = 0; k < kRepeat; ++k) {
    if (first[k] != table[i]) return false;
  }
  return true;
}

const char* check_mapping(const Decoded& d) {
  if (d.writable() && !d.xn) return "writable and executable";
  if (d.user()) return "user may reach a kernel page";
  if (d.ap == 0) return "mapped for nobody";
  if (d.not_global) return "a kernel page is not global";
  if (d.shared) return "Shared: Normal memory would not be cached";
  return nullptr;
}

const char* check_l2(const Descriptor* table, unsigned& at) {
  for (at = 0; at < entries(kL2); ++at) {
    const Decoded d = decode_l2(table[at]);
    if (!d.maps()) continue;
    if (d.kind == Kind::LargePage && !repeated(table, at)) return "a large page's sixteen words differ";
    if (const char* wrong = check_mapping(d); wrong != nullptr) return wrong;
  }
  at = 0;
  return nullptr;
}

const char* check_l1_word(const TableView& tables, unsigned i, unsigned& l2_at) {
  const Descriptor word = tables.l1[i];
  const Decoded d = decode_l1(word);
  switch (d.kind) {
    case Kind::Fault:
      return nullptr;
    case Kind::Reserved:
      return "a reserved word";
    case Kind::L2Table:
      if (d.domain != 0) return "domain is not 0";
      if ((word & 0x3fcu) != 0) return "an L2 pointer with stray bits";
      return check_l2(tables.table_at(d.pa), l2_at);
    default:
      break;
  }
  if (d.kind == Kind::Supersection) {
    if ((word & 0x00f001e0u) != 0) return "a supersection above 4 GB";
    if (!repeated(tables.l1, i)) return "a supersection's sixteen words differ";
  }
  if (d.domain != 0) return "domain is not 0";
  return check_mapping(d);
}

}  // namespace

const char* check_tables(const TableView& tables, VirtAddr& where, std::size_t* table_pages) {
  std::size_t pages = 0;
  std::uintptr_t page_of_group = 0;
  for (unsigned i = 0; i < entries(kL1); ++i) {
    where = VirtAddr{std::uintptr_t{i} << kL1.shift};
    if (i % kTablesPerPage == 0) page_of_group = 0;
    const Decoded d = decode_l1(tables.l1[i]);
    if (d.kind != Kind::Fault && where < kKernelHalf) return "mapped in the user half";
    unsigned l2_at = 0;
    const char* wrong = check_l1_word(tables, i, l2_at);
    if (wrong != nullptr) {
      where += std::uintptr_t{l2_at} << kL2.shift;
      return wrong;
    }
    if (d.kind != Kind::L2Table) continue;
    const std::uintptr_t page = align_down(d.pa.raw(), kPageSize);
    if ((d.pa.raw() - page) / table_bytes(kL2) != i % kTablesPerPage)
      return "an L2 table outside its quarter";
    if (page_of_group != 0 && page != page_of_group) return "a group's L2 tables in two pages";
    if (page_of_group == 0) ++pages;
    page_of_group = page;
  }
  if (table_pages != nullptr) *table_pages = pages;
  return nullptr;
}

}  // namespace mink::arch::arm
