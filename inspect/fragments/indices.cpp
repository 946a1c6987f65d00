// SPDX-License-Identifier: MIT
// Linux's arithmetic (Documentation/admin-guide/sysctl/vm: extfrag_threshold), on figures alone.
#include <inspect/fragments.hpp>

namespace mink::inspect {

unsigned unusable_index(const FreeShape& shape) {
  if (shape.pages == 0) return 1000;
  return static_cast<unsigned>((shape.pages - shape.fitting) * std::uint64_t{1000} / shape.pages);
}

int fragmentation_index(const FreeShape& shape, unsigned order) {
  if (order > mm::kMaxOrder || shape.blocks == 0) return 0;
  if (shape.fitting != 0) return -1000;
  const std::uint64_t thousandths_of_wanted = (shape.pages * std::uint64_t{1000}) >> order;
  return 1000 - static_cast<int>((1000 + thousandths_of_wanted) / shape.blocks);
}

FreeShape free_shape(const mm::PageAllocator& pages, mm::ZoneType zone, unsigned order) {
  FreeShape shape;
  for (unsigned o = 0; o <= mm::kMaxOrder; ++o) {
    const std::size_t blocks = pages.free_blocks(zone, o);
    shape.blocks += blocks;
    shape.pages += blocks << o;
    if (o >= order) shape.fitting += blocks << o;
  }
  return shape;
}

namespace {

template <class Index>
void print_rows(TextSink& out, const mm::PageAllocator& pages, const char* title, Index index) {
  print(out, "%s\n", title);
  for (unsigned z = 0; z < mm::kZones; ++z) {
    const auto zone = static_cast<mm::ZoneType>(z);
    if (!pages.zone(zone).populated()) continue;
    print(out, "Node 0, zone %8s ", mm::zone_name(zone));
    for (unsigned order = 0; order <= mm::kMaxOrder; ++order) {
      const int value = index(free_shape(pages, zone, order), order);
      const unsigned size = static_cast<unsigned>(value < 0 ? -value : value);
      print(out, "%s%u.%03u ", value < 0 ? "-" : "", size / 1000, size % 1000);
    }
    print(out, "\n");
  }
}

}  // namespace

void print_indices(TextSink& out, const mm::PageAllocator& pages) {
  print_rows(out, pages, "unusable free space index, by order:", [](const FreeShape& shape, unsigned) {
    return static_cast<int>(unusable_index(shape));
  });
  print_rows(out, pages, "fragmentation index, by order:", fragmentation_index);
}

}  // namespace mink::inspect
