// SPDX-License-Identifier: MIT
// The ledger is compared and printed.
#include <inspect/ledger.hpp>

#include <iterator>

namespace mink::inspect {
namespace {

// Uses of memory that somebody was given: the columns of the table between the free pages and the reserved ones.
constexpr auto kFirstUse = static_cast<unsigned>(Owner::Slab);
constexpr const char* kUses[] = {"slab", "kmalloc", "vmalloc", "coherent", "pages", "tables"};
constexpr unsigned kEndOfUses = kFirstUse + std::size(kUses);
static_assert(kEndOfUses == static_cast<unsigned>(Owner::Reserved) && kEndOfUses + 1 == kOwners);

}  // namespace

std::size_t Ledger::Zone::in_use() const {
  std::size_t sum = 0;
  for (unsigned use = kFirstUse; use < kEndOfUses; ++use) sum += pages[use];
  return sum;
}

bool Ledger::adds_up(TextSink& why) const {
  bool good = true;
  const auto same = [&](const char* where, const char* what, std::size_t seen, std::size_t told) {
    if (seen == told) return;
    mink::print(why, "%s: %s: %zu pages in the mem_map, %zu in the books\n", where, what, seen, told);
    good = false;
  };
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const Zone& zone = zones_[z];
    const char* const name = mm::zone_name(static_cast<mm::ZoneType>(z));
    const std::size_t free = zone.pages[static_cast<unsigned>(Owner::Free)];
    const std::size_t managed = free + zone.listed + zone.in_use();
    same(name, "in the free lists", free, zone.told_free);
    same(name, "on lists of single pages", zone.listed, zone.told_listed);
    same(name, "managed", managed, zone.managed);
    same(name, "present", managed + zone.pages[static_cast<unsigned>(Owner::Reserved)], zone.present);
    for (unsigned order = 0; order <= mm::kMaxOrder; ++order) {
      if (zone.blocks[order] == zone.told_blocks[order]) continue;
      mink::print(why, "%s: %zu free blocks of order %u in the mem_map, %zu in the books\n", name,
                  zone.blocks[order], order, zone.told_blocks[order]);
      good = false;
    }
  }
  same("slab", "counted", slab_.seen, slab_.told);
  same("slab", "of the caches", slab_by_cache_.seen, slab_by_cache_.told);
  same("kmalloc", "beyond its caches", large_.seen, large_.told);
  if (!settled_) return good;
  same("vmalloc", "counted", vmalloc_.seen, vmalloc_.told);
  same("vmalloc", "of the areas", areas_.seen, areas_.told);
  same("vmalloc", "mapped", mapped_.seen, mapped_.told);
  same("tables", "counted", tables_.seen, tables_.told);
  return good;
}

void Ledger::print(TextSink& out) const {
  mink::print(out, "%-8s %9s %9s %9s", "pages", "managed", "free", "listed");
  for (const char* const use : kUses) mink::print(out, " %9s", use);
  mink::print(out, " %9s\n", "reserved");
  const auto row = [&](const char* name, const Zone& zone) {
    mink::print(out, "%-8s %9zu %9zu %9zu", name, zone.managed,
                zone.pages[static_cast<unsigned>(Owner::Free)], zone.listed);
    for (unsigned use = kFirstUse; use < kEndOfUses; ++use) mink::print(out, " %9zu", zone.pages[use]);
    mink::print(out, " %9zu\n", zone.pages[static_cast<unsigned>(Owner::Reserved)]);
  };
  Zone all;
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const Zone& zone = zones_[z];
    if (zone.present == 0) continue;
    row(mm::zone_name(static_cast<mm::ZoneType>(z)), zone);
    all.managed += zone.managed;
    all.listed += zone.listed;
    for (unsigned o = 0; o < kOwners; ++o) all.pages[o] += zone.pages[o];
  }
  row("all", all);
}

}  // namespace mink::inspect
