// SPDX-License-Identifier: MIT
#include <arch_arm/table_text.hpp>

#include "table_fixture.hpp"

using namespace mink;
using namespace mink::arch;
using namespace mink::arch::arm;

TEST_GROUP(TableText) {
  fakes::Tables t;
  char buffer[2048];
  BufferSink out{buffer};
  const AddressMarker markers[2] = {{VirtAddr{0xC0000000}, "Kernel Mapping"},
                                    {VirtAddr{0xD0000000}, "vmalloc() Area"}};

  void dump(const char* expected) {
    out.clear();
    dump_tables(out, t.tables.view(), markers);
    STRCMP_EQUAL(expected, out.text());
  }
};

TEST(TableText, nothing_mapped) { dump("---[ Kernel Mapping ]---\n---[ vmalloc() Area ]---\n"); }

TEST(TableText, ranges_of_equal_attributes_are_one_line_and_levels_are_not_mixed) {
  CHECK_TRUE(ok(t.tables.map_static(VirtAddr{0xC0000000}, PhysAddr{0x50000000}, 18 << 20, kKernelData)));
  CHECK_TRUE(ok(t.tables.map_static(VirtAddr{0xC1200000}, PhysAddr{0x51200000}, 0x2000, kKernelData)));
  CHECK_TRUE(ok(t.tables.map_run(VirtAddr{0xC1202000}, PhysAddr{0x51202000}, 1, kKernelText)));
  CHECK_TRUE(ok(t.tables.map_run(VirtAddr{0xD0000000}, PhysAddr{0x7F005000}, 1, kDeviceRegs)));
  CHECK_TRUE(ok(t.tables.map_run(VirtAddr{0xD0001000}, PhysAddr{0x7F005000}, 1, kWriteCombined)));
  CHECK_TRUE(ok(t.tables.map_run(VirtAddr{0xFFFFF000}, PhysAddr{0x50009000}, 1, kKernelRoData)));
  dump(
      "---[ Kernel Mapping ]---\n"
      "0xc0000000-0xc1200000         18M     RW NX     MEM/CACHED/WBWA\n"
      "0xc1200000-0xc1202000          8K     RW NX     MEM/CACHED/WBWA\n"
      "0xc1202000-0xc1203000          4K     ro x      MEM/CACHED/WBWA\n"
      "---[ vmalloc() Area ]---\n"
      "0xd0000000-0xd0001000          4K     RW NX     DEV/SHARED\n"
      "0xd0001000-0xd0002000          4K     RW NX     MEM/BUFFERABLE/WC\n"
      "0xfffff000-0x00000000          4K     ro NX     MEM/CACHED/WBWA\n");
}

TEST(TableText, a_walk_names_every_field) {
  CHECK_TRUE(ok(t.tables.map_static(VirtAddr{0xC1000000}, PhysAddr{0x51000000}, 16 << 20, kKernelData)));
  CHECK_TRUE(describe(out, t.tables.view(), VirtAddr{0xC1234567}));
  STRCMP_EQUAL(
      "L1[c12] = 5104141e  supersection 16M -> 51000000, AP 001 priv RW, XN 1, TEX 001 C1 B1 "
      "MEM/CACHED/WBWA, domain 0, "
      "nG 0, S 0\n"
      "c1234567 -> 51234567\n",
      out.text());

  out.clear();
  CHECK_TRUE(ok(t.tables.map_run(VirtAddr{0xD0000000}, PhysAddr{0x7F005000}, 1, kDeviceRegs)));
  CHECK_TRUE(describe(out, t.tables.view(), VirtAddr{0xD0000018}));
  STRCMP_EQUAL(
      "L1[d00] = 50004001  L2 table at 50004000, domain 0\n"
      "L2[000] = 7f005017  small page 4K -> 7f005000, AP 001 priv RW, XN 1, TEX 000 C0 B1 DEV/SHARED, nG 0, "
      "S 0\n"
      "d0000018 -> 7f005018\n",
      out.text());

  out.clear();
  CHECK_FALSE(describe(out, t.tables.view(), VirtAddr{0xD0001000}));
  STRCMP_EQUAL(
      "L1[d00] = 50004001  L2 table at 50004000, domain 0\n"
      "L2[001] = 00000000  fault\n"
      "d0001000 is not mapped\n",
      out.text());
}
