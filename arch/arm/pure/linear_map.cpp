// SPDX-License-Identifier: MIT
#include <arch_arm/linear_map.hpp>

namespace mink::arch::arm {

std::optional<PageAttr> image_page_attr(const ImageLayout& image, VirtAddr va) {
  for (const Guard& guard : image.guards) {
    if (va >= guard.start && va < guard.start + guard.bytes) return std::nullopt;
  }
  if (va < image.start || va >= image.rodata_end) return kKernelData;
  return va < image.text_end ? kKernelText : kKernelRoData;
}

}  // namespace mink::arch::arm
