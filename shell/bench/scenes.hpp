// SPDX-License-Identifier: MIT
// States of memory in which operations are measured; each ends with its object.
#pragma once

struct page;

namespace mink::shell {

// Live objects of 64 bytes.
class LiveObjects {
 public:
  constexpr LiveObjects() = default;
  ~LiveObjects();
  LiveObjects(const LiveObjects&) = delete;
  LiveObjects& operator=(const LiveObjects&) = delete;
  bool hold(unsigned count);

 private:
  void* first_ = nullptr;
};

// Live areas: the same page, mapped again and again.
class LiveAreas {
 public:
  constexpr LiveAreas() = default;
  ~LiveAreas();
  LiveAreas(const LiveAreas&) = delete;
  LiveAreas& operator=(const LiveAreas&) = delete;
  bool hold(unsigned count);

 private:
  page* page_ = nullptr;
  void** areas_ = nullptr;
  unsigned count_ = 0;
};

// No block of the orders between single pages and the largest is free where GFP_KERNEL looks first: an allocation splits
// the largest all the way down, its free merges all the way up.
class OnlyLargest {
 public:
  OnlyLargest();
  ~OnlyLargest();
  OnlyLargest(const OnlyLargest&) = delete;
  OnlyLargest& operator=(const OnlyLargest&) = delete;

 private:
  page* held_ = nullptr;
};

// A block of this order is free and its buddy is not: taken and given back without a split or a merge.
class Listed {
 public:
  explicit Listed(unsigned order);
  ~Listed();
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  [[nodiscard]] bool ready() const { return buddy_ != nullptr; }

 private:
  OnlyLargest rest_;
  page* buddy_ = nullptr;
  page* held_ = nullptr;
};

// Half of the free memory is there, in single pages: no two of them are buddies.
class OnlySingles {
 public:
  OnlySingles();
  ~OnlySingles();
  OnlySingles(const OnlySingles&) = delete;
  OnlySingles& operator=(const OnlySingles&) = delete;

 private:
  page* held_ = nullptr;
};

}  // namespace mink::shell
