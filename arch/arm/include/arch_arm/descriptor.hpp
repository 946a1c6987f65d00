// SPDX-License-Identifier: MIT
// ARMv6 short descriptors with XP=1, TRE=0, AFE=0: encoded and decoded by arithmetic alone (ARM DDI
// 0301H, 6.11). Kernel mappings are global, domain 0, not Shared: on the ARM1176 a Shared Normal page is not
// cached in L1.
#pragma once
#include <arch/page_attr.hpp>
#include <arch_arm/geometry.hpp>

namespace mink::arch::arm {

// Bits [1:0] of a word.
inline constexpr Descriptor kTypeMask = 3;
inline constexpr Descriptor kTypeL2Table = 1;  // in L1
inline constexpr Descriptor kTypeSection = 2;  // in L1; bit 18 makes it a supersection
inline constexpr Descriptor kTypeLarge = 1;    // in L2
inline constexpr Descriptor kTypeSmall = 2;    // in L2; bit 0 is XN

inline constexpr Descriptor kSuper = 1u << 18;

// Where each level's words keep an attribute.
struct Fields {
  unsigned tex, ap, apx, shared, not_global, xn;
};
inline constexpr Fields kSectionFields{12, 10, 15, 16, 17, 4};
inline constexpr Fields kLargeFields{12, 4, 9, 10, 11, 15};
inline constexpr Fields kSmallFields{6, 4, 9, 10, 11, 0};

// TEX:C:B as a five-bit number, TEX highest.
constexpr unsigned tex_cb(MemType type) {
  switch (type) {
    case MemType::Normal:
      return 0b00111;
    case MemType::NormalNonCached:
      return 0b00100;
    case MemType::Device:
      return 0b00001;
    case MemType::StronglyOrdered:
      return 0b00000;
  }
  return 0;
}

// APX:AP as a three-bit number: privileged access alone.
inline constexpr unsigned kApKernelRw = 0b001;
inline constexpr unsigned kApKernelRo = 0b101;

constexpr Descriptor attr_bits(Fields f, PageAttr a) {
  const unsigned memory = tex_cb(a.type);
  const unsigned access = a.write ? kApKernelRw : kApKernelRo;
  return (memory & 3) << 2 | (memory >> 2) << f.tex | (access & 3) << f.ap | (access >> 2) << f.apx |
         (a.exec ? 0u : 1u << f.xn);
}

// Of the address only the bits that the granule does not cover; callers give an aligned one.
constexpr Descriptor address_bits(PhysAddr pa, std::size_t granule) {
  return static_cast<Descriptor>(pa.raw()) & ~static_cast<Descriptor>(granule - 1);
}

constexpr Descriptor small_page(PhysAddr pa, PageAttr a) {
  return address_bits(pa, kSmallPage) | attr_bits(kSmallFields, a) | kTypeSmall;
}
constexpr Descriptor large_page(PhysAddr pa, PageAttr a) {
  return address_bits(pa, kLargePage) | attr_bits(kLargeFields, a) | kTypeLarge;
}
constexpr Descriptor section(PhysAddr pa, PageAttr a) {
  return address_bits(pa, kSection) | attr_bits(kSectionFields, a) | kTypeSection;
}
// Bits 8:5 and 23:20 are physical address bits 39:32 in a supersection, and stay 0.
constexpr Descriptor supersection(PhysAddr pa, PageAttr a) {
  return address_bits(pa, kSupersection) | attr_bits(kSectionFields, a) | kSuper | kTypeSection;
}
// `table`: of an L2 table, 1 KB aligned. Domain 0.
constexpr Descriptor l2_table(PhysAddr table) { return address_bits(table, table_bytes(kL2)) | kTypeL2Table; }

constexpr bool is_fault(Descriptor d) { return (d & kTypeMask) == 0; }
constexpr bool is_l2_table(Descriptor l1) { return (l1 & kTypeMask) == kTypeL2Table; }
constexpr PhysAddr l2_table_address(Descriptor l1) {
  return PhysAddr{l1 & ~static_cast<Descriptor>(table_bytes(kL2) - 1)};
}

enum class Kind : std::uint8_t { Fault, Reserved, L2Table, Supersection, Section, LargePage, SmallPage };

// Everything that a word says, whoever wrote it.
struct Decoded {
  Kind kind = Kind::Fault;
  PhysAddr pa{};            // of what is mapped, or of the L2 table
  std::size_t granule = 0;  // bytes that are mapped; 0 if none are
  unsigned domain = 0;      // L1 words only; a supersection's is 0
  unsigned ap = 0;          // APX:AP
  unsigned tex_cb = 0;      // TEX:C:B
  bool xn = false, shared = false, not_global = false;

  [[nodiscard]] constexpr bool maps() const { return granule != 0; }
  [[nodiscard]] constexpr bool writable() const { return (ap & 4) == 0 && (ap & 3) != 0; }
  [[nodiscard]] constexpr bool user() const { return (ap & 3) >= 2; }
  constexpr bool operator==(const Decoded&) const = default;
};

Decoded decode_l1(Descriptor d);
Decoded decode_l2(Descriptor d);

// The part of it that mm/ knows. Memory types that mink never writes count as the nearest it has.
PageAttr attr_of(const Decoded& d);

// ARM DDI 0301H, tables 6-12 to 6-15; S3C6410-FACTS section 9.
static_assert(small_page(PhysAddr{0x80001000}, kDeviceRegs) == 0x80001017);
static_assert(small_page(PhysAddr{0x00012000}, kKernelData) == 0x0001205F);
static_assert(small_page(PhysAddr{0x00012000}, kKernelText) == 0x0001225E);
static_assert(large_page(PhysAddr{0x00130000}, kKernelData) == 0x0013901D);
static_assert(section(PhysAddr{0x50100000}, kKernelData) == 0x5010141E);
static_assert(supersection(PhysAddr{0x51000000}, kKernelData) == 0x5104141E);
static_assert(l2_table(PhysAddr{0x00123400}) == 0x00123401);

}  // namespace mink::arch::arm
