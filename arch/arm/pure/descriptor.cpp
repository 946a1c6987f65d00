// SPDX-License-Identifier: MIT
// Descriptors back into what they mean.
#include <arch_arm/descriptor.hpp>

namespace mink::arch::arm {
namespace {

constexpr bool bit(Descriptor d, unsigned n) { return (d >> n & 1) != 0; }

Decoded decode(Descriptor d, Kind kind, std::size_t granule, Fields f) {
  Decoded out;
  out.kind = kind;
  out.pa = PhysAddr{address_bits(PhysAddr{d}, granule)};
  out.granule = granule;
  out.ap = (d >> f.ap & 3) | (d >> f.apx & 1) << 2;
  out.tex_cb = (d >> f.tex & 7) << 2 | (d >> 2 & 3);
  out.xn = bit(d, f.xn);
  out.shared = bit(d, f.shared);
  out.not_global = bit(d, f.not_global);
  return out;
}

}  // namespace

Decoded decode_l1(Descriptor d) {
  switch (d & kTypeMask) {
    case 0:
      return {};
    case kTypeL2Table: {
      Decoded out;
      out.kind = Kind::L2Table;
      out.pa = l2_table_address(d);
      out.domain = d >> 5 & 15;
      return out;
    }
    case kTypeSection: {
      if ((d & kSuper) != 0) return decode(d, Kind::Supersection, kSupersection, kSectionFields);
      Decoded out = decode(d, Kind::Section, kSection, kSectionFields);
      out.domain = d >> 5 & 15;
      return out;
    }
    default:
      break;
  }
  Decoded reserved;
  reserved.kind = Kind::Reserved;
  return reserved;
}

Decoded decode_l2(Descriptor d) {
  if (is_fault(d)) return {};
  if ((d & kTypeMask) == kTypeLarge) return decode(d, Kind::LargePage, kLargePage, kLargeFields);
  return decode(d, Kind::SmallPage, kSmallPage, kSmallFields);
}

PageAttr attr_of(const Decoded& d) {
  MemType type = MemType::Normal;
  switch (d.tex_cb) {
    case 0b00000:
      type = MemType::StronglyOrdered;
      break;
    case 0b00001:
    case 0b01000:
      type = MemType::Device;
      break;
    case 0b00100:
      type = MemType::NormalNonCached;
      break;
    default:
      break;
  }
  return {type, d.writable(), !d.xn};
}

}  // namespace mink::arch::arm
