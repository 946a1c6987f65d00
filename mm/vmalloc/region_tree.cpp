// SPDX-License-Identifier: MIT
// See mm/region_tree.hpp.
#include <mm/region_tree.hpp>
#include <mm/vm_region.hpp>

namespace mink::mm {
namespace {

bool below(const VmRegion& a, std::uintptr_t rank, std::uintptr_t start) {
  if (a.rank != rank) [[likely]]
    return a.rank < rank;
  return a.start < start;
}

// `r` is where `slot` is.
void put(VmRegion** slot, VmRegion* r) {
  *slot = r;
  r->slot = slot;
}

}  // namespace

void RegionTree::insert(VmRegion& r, std::uintptr_t rank) {
  r.rank = rank;
  r.luck = luck_ = luck_ * 1664525u + 1013904223u;  // Knuth and Lewis; its upper bits decide
  VmRegion** at = &root_;
  VmRegion* rest;
  while ((rest = *at) != nullptr && rest->luck >= r.luck)
    at = below(*rest, rank, r.start) ? &rest->higher : &rest->lower;
  // It takes that place; what was below it falls into two, unzipped along its key.
  put(at, &r);
  VmRegion** lower = &r.lower;
  VmRegion** higher = &r.higher;
  while (rest != nullptr) {
    if (below(*rest, rank, r.start)) {
      put(lower, rest);
      lower = &rest->higher;
      rest = *lower;
    } else {
      put(higher, rest);
      higher = &rest->lower;
      rest = *higher;
    }
  }
  *lower = *higher = nullptr;
}

void RegionTree::erase(VmRegion& r) {
  VmRegion** at = r.slot;
  VmRegion* lower = r.lower;
  VmRegion* higher = r.higher;
  // Zipped: the luckier of the two halves' tops comes next.
  while (lower != nullptr && higher != nullptr) {
    if (lower->luck >= higher->luck) {
      put(at, lower);
      at = &lower->higher;
      lower = *at;
    } else {
      put(at, higher);
      at = &higher->lower;
      higher = *at;
    }
  }
  VmRegion* const rest = lower != nullptr ? lower : higher;
  *at = rest;
  if (rest != nullptr) rest->slot = at;
}

// Eight instructions a level.
VmRegion* RegionTree::first_from(std::uintptr_t rank, std::uintptr_t start) const {
  VmRegion* best = nullptr;
  for (VmRegion* r = root_; r != nullptr;) {
    if (below(*r, rank, start)) {
      r = r->higher;
    } else {
      best = r;
      r = r->lower;
    }
  }
  return best;
}

}  // namespace mink::mm
