// SPDX-License-Identifier: MIT
// Names of places in the address space; see memory_places.hpp.
#include "memory_places.hpp"

#include <base/sections.hpp>

namespace mink::shell {
namespace {

struct Place {
  const char* name;
  const char* start;
  const char* end;
};

const Place kPlaces[] = {
    {"the kernel's text", __text_start, __text_end},
    {"the kernel's read-only data", __rodata_start, __rodata_end},
};

}  // namespace

std::span<const arch::AddressMarker> address_markers() { return {}; }

const char* precious_place(VirtAddr va) {
  for (const Place& place : kPlaces) {
    if (va >= virt_of(place.start) && va < virt_of(place.end)) return place.name;
  }
  return nullptr;
}

}  // namespace mink::shell
