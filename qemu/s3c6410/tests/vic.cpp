// SPDX-License-Identifier: GPL-2.0-or-later
// Both PL192 (facts, section 3; ARM DDI 0273), with software interrupts for sources.
#include <initializer_list>

#include "check.hpp"

namespace {

// Enables source n of a VIC at that priority, its vector set, and raises it.
void raise(std::uint32_t vic, unsigned n, unsigned priority, std::uint32_t vector) {
  reg(vic + VECTADDR + 4 * n) = vector;
  reg(vic + VECTPRIORITY + 4 * n) = priority;
  reg(vic + INTENABLE) = 1u << n;
  reg(vic + SOFTINT) = 1u << n;
}

// Reads as a user's program would.
std::uint32_t read_as_user(std::uint32_t address) {
  std::uint32_t value = 0;
  asm volatile("ldrt %0, [%1]" : "+r"(value) : "r"(address) : "memory");
  return value;
}

void lower(std::uint32_t vic, unsigned n) { reg(vic + SOFTINTCLEAR) = 1u << n; }

}  // namespace

TEST(vic_says_who_it_is) {
  static constexpr std::uint8_t kId[] = {0x92, 0x11, 0x04, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
  for (const std::uint32_t vic : {kVic0, kVic1}) {
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(reg(vic + VIC_ID + 4 * i), kId[i]);
  }
}

TEST(vic_software_interrupt_is_raw_until_enabled) {
  reg(kVic0 + SOFTINT) = 1 << 9 | 1 << 12;
  EXPECT_EQ(reg(kVic0 + RAWINTR) & 0x1200, 0x1200);
  EXPECT_EQ(reg(kVic0 + IRQSTATUS), 0);
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic0 + INTENABLE) = 1 << 9;
  EXPECT_EQ(reg(kVic0 + IRQSTATUS), 1 << 9);
  EXPECT_EQ(cpu_takes_irq(), true);
  reg(kVic0 + SOFTINTCLEAR) = 1 << 9;
  EXPECT_EQ(reg(kVic0 + SOFTINT), 1 << 12);
  EXPECT_EQ(reg(kVic0 + IRQSTATUS), 0);
  EXPECT_EQ(cpu_takes_irq(), false);
}

TEST(vic_enable_sets_and_enclear_clears_only_ones) {
  reg(kVic1 + INTENABLE) = 0x00F0;
  reg(kVic1 + INTENABLE) = 0x0F00;
  EXPECT_EQ(reg(kVic1 + INTENABLE), 0x0FF0);
  reg(kVic1 + INTENCLEAR) = 0x0180;
  EXPECT_EQ(reg(kVic1 + INTENABLE), 0x0E70);
}

TEST(vic_select_sends_to_fiq) {
  for (const std::uint32_t vic : {kVic0, kVic1}) {
    raise(vic, 4, 3, 0);
    reg(vic + INTSELECT) = 1 << 4;
    EXPECT_EQ(reg(vic + IRQSTATUS), 0);
    EXPECT_EQ(reg(vic + FIQSTATUS), 1 << 4);
    EXPECT_EQ(cpu_takes_irq(), false);
    EXPECT_EQ(cpu_takes_fiq(), true);
    lower(vic, 4);
    EXPECT_EQ(cpu_takes_fiq(), false);
  }
}

TEST(vic_priorities_have_four_bits_and_vectors_32) {
  for (const std::uint32_t vic : {kVic0, kVic1}) {
    for (unsigned i = 0; i < 32; i++) {
      reg(vic + VECTADDR + 4 * i) = 0xC0DE0003 + i;
      reg(vic + VECTPRIORITY + 4 * i) = 0xFFFFFFF0 | (i & 0xF);
    }
    for (unsigned i = 0; i < 32; i++) {
      EXPECT_EQ(reg(vic + VECTADDR + 4 * i), 0xC0DE0003 + i);
      EXPECT_EQ(reg(vic + VECTPRIORITY + 4 * i), i & 0xF);
    }
    reg(vic + PRIORITYDAISY) = 0xFFFFFFF5;
    EXPECT_EQ(reg(vic + PRIORITYDAISY), 5);
    reg(vic + SWPRIORITYMASK) = 0xFFFF1234;
    EXPECT_EQ(reg(vic + SWPRIORITYMASK), 0x1234);
    reg(vic + PROTECTION) = 0xFFFFFFFF;
    EXPECT_EQ(reg(vic + PROTECTION), 1);
  }
}

TEST(vic_address_gives_the_most_urgent) {
  raise(kVic0, 3, 8, 0x1003);
  raise(kVic0, 20, 2, 0x1020);
  raise(kVic0, 10, 5, 0x1010);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1020);
}

TEST(vic_among_equals_the_lower_number_is_first) {
  raise(kVic0, 21, 6, 0x1021);
  raise(kVic0, 11, 6, 0x1011);
  raise(kVic0, 30, 6, 0x1030);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1011);
}

TEST(vic_in_service_holds_back_the_same_and_lower_priority) {
  raise(kVic0, 10, 5, 0x1010);
  EXPECT_EQ(cpu_takes_irq(), true);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1010);
  EXPECT_EQ(cpu_takes_irq(), false);
  EXPECT_EQ(reg(kVic0 + IRQSTATUS), 1 << 10);  // status knows nothing of priorities
  raise(kVic0, 9, 5, 0x1009);
  raise(kVic0, 8, 6, 0x1008);
  EXPECT_EQ(cpu_takes_irq(), false);
  lower(kVic0, 10);
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic0 + ADDRESS) = 0;
  EXPECT_EQ(cpu_takes_irq(), true);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1009);
}

TEST(vic_a_more_urgent_one_preempts_and_the_end_goes_back_one_level) {
  raise(kVic0, 10, 7, 0x1010);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1010);
  raise(kVic0, 11, 4, 0x1011);
  EXPECT_EQ(cpu_takes_irq(), true);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1011);
  EXPECT_EQ(cpu_takes_irq(), false);
  raise(kVic0, 12, 6, 0x1012);  // between the two
  EXPECT_EQ(cpu_takes_irq(), false);
  lower(kVic0, 11);
  reg(kVic0 + ADDRESS) = 0;
  EXPECT_EQ(cpu_takes_irq(), true);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1012);
  lower(kVic0, 12);
  reg(kVic0 + ADDRESS) = 0;
  EXPECT_EQ(cpu_takes_irq(), false);  // 10 is still in service
  reg(kVic0 + ADDRESS) = 0;
  EXPECT_EQ(cpu_takes_irq(), true);
}

TEST(vic_software_mask_holds_back_a_priority) {
  raise(kVic0, 10, 5, 0x1010);
  reg(kVic0 + SWPRIORITYMASK) = 0xFFFF & ~(1 << 5);
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic0 + SWPRIORITYMASK) = 1 << 5;
  EXPECT_EQ(cpu_takes_irq(), true);
  raise(kVic0, 3, 1, 0x1003);  // more urgent, and masked
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1010);
}

TEST(vic_fiq_obeys_no_priority) {
  raise(kVic0, 10, 0, 0x1010);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1010);
  reg(kVic0 + SWPRIORITYMASK) = 0;
  raise(kVic0, 11, 15, 0x1011);
  reg(kVic0 + INTSELECT) = 1 << 11;
  EXPECT_EQ(cpu_takes_fiq(), true);
}

TEST(vic_chain_brings_vic1_to_the_cpu) {
  raise(kVic1, 17, 3, 0x2017);
  EXPECT_EQ(reg(kVic0 + IRQSTATUS), 0);
  EXPECT_EQ(reg(kVic1 + IRQSTATUS), 1 << 17);
  EXPECT_EQ(cpu_takes_irq(), true);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x2017);
  EXPECT_EQ(cpu_takes_irq(), false);
  lower(kVic1, 17);
  reg(kVic1 + ADDRESS) = 0;
  reg(kVic0 + ADDRESS) = 0;
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic1 + SOFTINT) = 1 << 17;
  EXPECT_EQ(cpu_takes_irq(), true);
}

TEST(vic_chain_has_the_priority_of_PRIORITYDAISY) {
  reg(kVic0 + PRIORITYDAISY) = 6;
  raise(kVic1, 17, 0, 0x2017);
  raise(kVic0, 10, 5, 0x1010);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x1010);
  EXPECT_EQ(cpu_takes_irq(), false);
  lower(kVic0, 10);
  reg(kVic0 + ADDRESS) = 0;
  raise(kVic0, 11, 7, 0x1011);
  EXPECT_EQ(reg(kVic0 + ADDRESS), 0x2017);
  EXPECT_EQ(cpu_takes_irq(), false);
  raise(kVic0, 12, 5, 0x1012);
  EXPECT_EQ(cpu_takes_irq(), true);
}

TEST(vic_chain_is_masked_by_its_priority) {
  reg(kVic0 + PRIORITYDAISY) = 6;
  raise(kVic1, 17, 0, 0x2017);
  reg(kVic0 + SWPRIORITYMASK) = 0xFFFF & ~(1 << 6);
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic0 + SWPRIORITYMASK) = 1 << 6;
  EXPECT_EQ(cpu_takes_irq(), true);
}

TEST(vic_has_no_vector_register_where_the_PL190_has_it) {
  raise(kVic0, 10, 5, 0x1010);
  EXPECT_EQ(reg(kVic0 + 0x030), 0);
  EXPECT_EQ(cpu_takes_irq(), true);  // and reading there took nothing into service
}

TEST(vic_protection_keeps_users_out) {
  EXPECT_EQ(read_as_user(kVic0 + VIC_ID), 0x92);
  EXPECT_EQ(aborts_taken, 0);
  reg(kVic0 + PROTECTION) = 1;
  EXPECT_EQ(reg(kVic0 + VIC_ID), 0x92);
  EXPECT_EQ(aborts_taken, 0);
  EXPECT_EQ(read_as_user(kVic0 + VIC_ID), 0);
  EXPECT_EQ(aborts_taken, 1);
  aborts_taken = 0;
}

// As Linux does it on this chip: no ADDRESS, no end of interrupt.
TEST(vic_can_be_served_by_its_status_alone) {
  raise(kVic0, 10, 5, 0);
  raise(kVic1, 3, 5, 0);
  EXPECT_EQ(cpu_takes_irq(), true);
  reg(kVic0 + INTENCLEAR) = reg(kVic0 + IRQSTATUS);
  EXPECT_EQ(cpu_takes_irq(), true);
  reg(kVic1 + INTENCLEAR) = reg(kVic1 + IRQSTATUS);
  EXPECT_EQ(cpu_takes_irq(), false);
  reg(kVic1 + INTENABLE) = 1 << 3;
  EXPECT_EQ(cpu_takes_irq(), true);
}
