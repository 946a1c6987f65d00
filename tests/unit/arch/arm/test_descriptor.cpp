// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <arch_arm/descriptor.hpp>
#include <initializer_list>

using namespace mink;
using namespace mink::arch;
using namespace mink::arch::arm;

namespace {

constexpr MemType kTypes[] = {MemType::Normal, MemType::NormalNonCached, MemType::Device,
                              MemType::StronglyOrdered};

struct Shape {
  Kind kind;
  std::size_t granule;
  Descriptor (*encode)(PhysAddr, PageAttr);
  Decoded (*decode)(Descriptor);
};
constexpr Shape kShapes[] = {
    {Kind::SmallPage, kSmallPage, small_page, decode_l2},
    {Kind::LargePage, kLargePage, large_page, decode_l2},
    {Kind::Section, kSection, section, decode_l1},
    {Kind::Supersection, kSupersection, supersection, decode_l1},
};

}  // namespace

TEST_GROUP(Descriptor){};

TEST(Descriptor, what_is_encoded_decodes_to_the_same) {
  for (const Shape& shape : kShapes) {
    for (const MemType type : kTypes) {
      for (const bool write : {false, true}) {
        for (const bool exec : {false, true}) {
          const PageAttr attr{type, write, exec};
          const PhysAddr pa{0x57000000 + shape.granule * (shape.granule < kSupersection ? 3 : 0)};
          const Decoded d = shape.decode(shape.encode(pa, attr));
          CHECK(d.kind == shape.kind);
          CHECK_EQUAL(shape.granule, d.granule);
          CHECK_EQUAL(pa.raw(), d.pa.raw());
          CHECK(attr_of(d) == attr);
          CHECK_EQUAL(0u, d.domain);
          CHECK_FALSE(d.user() || d.shared || d.not_global);
        }
      }
    }
  }
}

// Words as other kernels and the manual write them: what decode must make of bits that mink itself never
// sets.
TEST(Descriptor, decodes_foreign_words) {
  Decoded d =
      decode_l1(0x5000'0C12 | 5u << 5);  // U-Boot's kind: all may write, XN, domain 5, strongly ordered
  CHECK(d.kind == Kind::Section);
  CHECK_EQUAL(5u, d.domain);
  CHECK_EQUAL(3u, d.ap);
  CHECK_TRUE(d.user() && d.writable() && d.xn);
  CHECK_EQUAL(0u, d.tex_cb);

  d = decode_l1(0x6001'141E | 1u << 16 | 1u << 17);
  CHECK_TRUE(d.shared && d.not_global);

  d = decode_l1(0x1234'5400 | 7u << 5 | 1);
  CHECK(d.kind == Kind::L2Table);
  CHECK_EQUAL(0x1234'5400u, d.pa.raw());
  CHECK_EQUAL(7u, d.domain);
  CHECK_FALSE(d.maps());

  CHECK(decode_l1(3).kind == Kind::Reserved);
  CHECK(decode_l1(0xFFFF'FFFC).kind == Kind::Fault);
  CHECK(decode_l2(0xFFFF'FFFC).kind == Kind::Fault);

  d = decode_l2(0x0000'0FFF);  // APX:AP 111, read-only for all; TEX 111; nG, S, XN
  CHECK_EQUAL(7u, d.ap);
  CHECK_EQUAL(31u, d.tex_cb);
  CHECK_TRUE(d.user() && d.xn && d.shared && d.not_global);
  CHECK_FALSE(d.writable());
}

TEST(Descriptor, address_bits_of_the_granule_never_leak_into_attributes) {
  CHECK_EQUAL(small_page(PhysAddr{0x1000}, kKernelData), small_page(PhysAddr{0x1FFF}, kKernelData));
  CHECK_EQUAL(large_page(PhysAddr{0x10000}, kKernelData), large_page(PhysAddr{0x1F000}, kKernelData));
  CHECK_EQUAL(section(PhysAddr{0x100000}, kKernelData), section(PhysAddr{0x1FF000}, kKernelData));
  CHECK_EQUAL(supersection(PhysAddr{0x1000000}, kKernelData), supersection(PhysAddr{0x1FFF000}, kKernelData));
}
