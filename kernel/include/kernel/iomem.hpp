// SPDX-License-Identifier: MIT
// The tree of physical addresses behind /proc/iomem: memory with what is reserved in it, and the devices'
// registers.
#pragma once
#include <linux/ioport.h>

#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>

namespace mink::kernel {

// An entry lies wholly inside its parent and apart from its siblings, which are in the order of their
// addresses.
class ResourceTree {
 public:
  static constexpr std::size_t kMax = 96;

  constexpr ResourceTree() = default;
  ResourceTree(const ResourceTree&) = delete;
  ResourceTree& operator=(const ResourceTree&) = delete;

  // A range of memory; what is reserved in it goes below. nullptr: it overlaps another, or the pool is empty.
  resource* add_ram(PhysAddr start, std::size_t size, const char* name);
  // Inside memory, below the range that holds it. nullptr: there is none, an overlap, or the pool is empty.
  resource* add_reserved(PhysAddr start, std::size_t size, const char* name);
  // Outside of memory. nullptr: taken, memory's, empty, or the pool is empty.
  resource* request(resource_size_t start, resource_size_t size, const char* name);
  // False: no such range was requested.
  bool release(resource_size_t start, resource_size_t size);

  // "start-last : name", two blanks deeper for each level.
  void show(TextSink& out) const;

 private:
  resource* insert(resource*& first, resource* parent, std::uintptr_t start, std::size_t size,
                   const char* name, unsigned long flags);
  resource* take();
  static void show_level(TextSink& out, const resource* first, int depth);

  resource pool_[kMax] = {};
  std::size_t taken_ = 0;
  resource* free_ = nullptr;   // through `sibling`
  resource* first_ = nullptr;  // of the top level
};

ResourceTree& iomem();

}  // namespace mink::kernel
