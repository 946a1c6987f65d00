// SPDX-License-Identifier: MIT
// Ranges in order of (rank, start), intrusive: a treap, a search tree whose shape is that of random insertions, because
// each node gets a random number and none is below a smaller one. O(log n) expected, whatever the order of what comes and
// goes; insertion unzips a subtree, removal zips two, without cases. One code for every order: the rank says which.
#pragma once
#include <cstdint>

namespace mink::mm {

struct VmRegion;

class RegionTree {
 public:
  // Not in any tree yet. `rank` is kept in it.
  void insert(VmRegion& r, std::uintptr_t rank);
  // In this one.
  void erase(VmRegion& r);
  // The first that is not below (rank, start); nullptr: all are.
  [[nodiscard]] VmRegion* first_from(std::uintptr_t rank, std::uintptr_t start) const;
  // The highest; nullptr: there is none.
  [[nodiscard]] VmRegion* last() const;
  // For a check. O(n log n).
  [[nodiscard]] unsigned count() const;
  [[nodiscard]] bool contains(const VmRegion& r) const;

 private:
  VmRegion* root_ = nullptr;
  unsigned luck_ = 0;  // the latest random number
};

}  // namespace mink::mm
