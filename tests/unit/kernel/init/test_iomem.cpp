// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/iomem.hpp>

using namespace mink;
using namespace mink::kernel;

TEST_GROUP(Iomem) {
  ResourceTree tree;
  char text[512];

  const char* shown() {
    BufferSink out{text};
    tree.show(out);
    return out.text();
  }
};

TEST(Iomem, linux_format_in_order_of_addresses) {
  CHECK_TRUE(tree.request(0x101f1000, 0x1000, "uart0") != nullptr);
  CHECK_TRUE(tree.add_ram(PhysAddr{0}, 0x8000000, "System RAM") != nullptr);
  CHECK_TRUE(tree.add_reserved(PhysAddr{0x324000}, 0xae2a0, "Kernel data") != nullptr);
  CHECK_TRUE(tree.add_reserved(PhysAddr{0x8000}, 0x2f3000, "Kernel code") != nullptr);
  CHECK_TRUE(tree.request(0x10140000, 0x1000, "vic") != nullptr);
  STRCMP_EQUAL(
      "00000000-07ffffff : System RAM\n"
      "  00008000-002fafff : Kernel code\n"
      "  00324000-003d229f : Kernel data\n"
      "10140000-10140fff : vic\n"
      "101f1000-101f1fff : uart0\n",
      shown());
}

TEST(Iomem, what_is_taken_is_refused) {
  tree.add_ram(PhysAddr{0}, 0x8000000, "System RAM");
  CHECK_TRUE(tree.request(0x10000000, 0x1000, "first") != nullptr);
  CHECK_TRUE(tree.request(0x10000000, 0x1000, "again") == nullptr);
  CHECK_TRUE(tree.request(0x10000ffc, 0x1000, "overlaps its end") == nullptr);
  CHECK_TRUE(tree.request(0x0ffff000, 0x1004, "overlaps its start") == nullptr);
  CHECK_TRUE(tree.request(0x0ffff000, 0x3000, "holds it") == nullptr);
  CHECK_TRUE(tree.request(0x1000, 0x1000, "memory") == nullptr);
  CHECK_TRUE(tree.request(0x20000000, 0, "empty") == nullptr);
  CHECK_TRUE(tree.request(~resource_size_t{0} - 0xff, 0x1000, "wraps") == nullptr);
  CHECK_TRUE(tree.request(0x10001000, 0x1000, "next to it") != nullptr);
}

TEST(Iomem, release_needs_the_same_numbers) {
  tree.add_ram(PhysAddr{0}, 0x1000, "System RAM");
  tree.request(0x10000000, 0x1000, "device");
  CHECK_FALSE(tree.release(0x10000000, 0x800));
  CHECK_FALSE(tree.release(0, 0x1000));  // memory stays
  CHECK_TRUE(tree.release(0x10000000, 0x1000));
  CHECK_FALSE(tree.release(0x10000000, 0x1000));
  CHECK_TRUE(tree.request(0x10000000, 0x2000, "another") != nullptr);
}

TEST(Iomem, the_pool_ends_and_is_used_again) {
  std::size_t made = 0;
  while (tree.request(0x10000000 + made * 0x1000, 0x1000, "x") != nullptr) ++made;
  CHECK_EQUAL(ResourceTree::kMax, made);
  CHECK_TRUE(tree.release(0x10003000, 0x1000));
  CHECK_TRUE(tree.request(0x30000000, 0x1000, "x") != nullptr);
}

TEST(Iomem, reserved_only_inside_memory) {
  tree.add_ram(PhysAddr{0}, 0x100000, "System RAM");
  CHECK_TRUE(tree.add_reserved(PhysAddr{0xff000}, 0x2000, "beyond") == nullptr);
  CHECK_TRUE(tree.add_reserved(PhysAddr{0x200000}, 0x1000, "outside") == nullptr);
  CHECK_TRUE(tree.add_reserved(PhysAddr{0}, 0x1000, "a") != nullptr);
  CHECK_TRUE(tree.add_reserved(PhysAddr{0xfff}, 0x1000, "b") == nullptr);
}
