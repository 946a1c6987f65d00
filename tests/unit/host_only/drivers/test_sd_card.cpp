// SPDX-License-Identifier: MIT
// The card's protocol over the PL181's driver over a model of both devices.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <drivers/sd_card.hpp>
#include <vector>

#include "fakes/log.hpp"
#include "fakes/mci_model.hpp"
#include "fakes/mci_wait.hpp"
#include "pl181_impl.hpp"

using namespace mink;
using namespace mink::drivers;

using Host = BasicPl181<fakes::FakeBus>;

namespace {

constexpr std::uint32_t kSectors = 256;

struct Slot {
  explicit Slot(std::uint32_t sectors = kSectors, bool big = false) : model{sectors, big} {
    wait.connect(host);
    host.power_off();
  }
  fakes::MciModel model;
  fakes::ModelWait<Host, fakes::MciModel> wait{model};
  Host host{fakes::FakeBus{&model}, 24'000'000, wait};
  SdCard card{host};
};

bool same(const std::vector<std::uint32_t>& words, const Slot& slot, unsigned sector) {
  return std::memcmp(words.data(), &slot.model.image[sector * 512], words.size() * 4) == 0;
}

std::vector<std::uint32_t> room(unsigned sectors) { return std::vector<std::uint32_t>(sectors * 128); }

std::vector<std::uint32_t> pattern(unsigned sectors) {
  auto words = room(sectors);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint32_t>(0xabcd0000u + i);
  return words;
}

}  // namespace

TEST_GROUP(SdCard) {
  Slot slot;
  void setup() override { fakes::take_log(); }
  void insert() { CHECK_TRUE(ok(slot.card.identify())); }
};

TEST(SdCard, is_identified) {
  CHECK_FALSE(slot.card.present());
  insert();
  CHECK_EQUAL(kSectors, slot.card.sectors());
  STRCMP_EQUAL("MODEL", slot.card.product());
  CHECK_EQUAL(0x00beefabu, slot.card.serial());
  CHECK_FALSE(slot.card.high_capacity());
  CHECK_EQUAL(512u, slot.model.block_length);
  // MCICLK at most 25 MHz in the end, and 400 kHz before: 24 / (2 * 30)
  CHECK_EQUAL(0x100u, slot.model.at<Pl181Regs::Clock>());
  CHECK_EQUAL(0x11du, slot.model.clock_when_idle);
}

TEST(SdCard, an_empty_slot_is_no_error) {
  slot.model.card = false;
  CHECK_TRUE(slot.card.identify() == Err::NoMedium);
  CHECK_FALSE(slot.card.present());
  STRCMP_EQUAL("", fakes::take_log());
  auto words = room(1);
  CHECK_TRUE(slot.card.read(0, 1, words.data()) == Err::NoMedium);
}

TEST(SdCard, one_of_version_1_and_one_above_2_gb) {
  slot.model.version1 = true;
  insert();
  CHECK_EQUAL(kSectors, slot.card.sectors());
  Slot big{4096, true};
  CHECK_TRUE(ok(big.card.identify()));
  CHECK_EQUAL(4096u, big.card.sectors());
  auto words = room(2);
  CHECK_TRUE(ok(big.card.read(3000, 2, words.data())));  // by sector, not by byte
  CHECK_TRUE(same(words, big, 3000));
}

TEST(SdCard, one_that_never_powers_up_is_given_up) {
  slot.model.power_up_asks = 1'000'000;
  CHECK_TRUE(slot.card.identify() == Err::TimedOut);
  CHECK_TRUE(slot.wait.passed_ms >= 1000 && slot.wait.passed_ms < 2000);
}

TEST(SdCard, reads_one_sector_and_many) {
  insert();
  auto words = room(1);
  CHECK_TRUE(ok(slot.card.read(5, 1, words.data())));
  CHECK_TRUE(same(words, slot, 5));
  CHECK_EQUAL(1u, slot.model.commands[sd::kRead]);
  words = room(20);
  CHECK_TRUE(ok(slot.card.read(100, 20, words.data())));
  CHECK_TRUE(same(words, slot, 100));
  CHECK_EQUAL(1u, slot.model.commands[sd::kReadMany]);
  CHECK_EQUAL(1u, slot.model.commands[sd::kStop]);
}

TEST(SdCard, writes_one_sector_and_many) {
  insert();
  auto words = pattern(1);
  CHECK_TRUE(ok(slot.card.write(kSectors - 1, 1, words.data())));
  CHECK_TRUE(same(words, slot, kSectors - 1));
  CHECK_EQUAL(1u, slot.model.commands[sd::kWrite]);
  CHECK_TRUE(slot.model.commands[sd::kSendStatus] >= 3);  // until it is programmed
  words = pattern(20);
  CHECK_TRUE(ok(slot.card.write(100, 20, words.data())));
  CHECK_TRUE(same(words, slot, 100));
  CHECK_EQUAL(1u, slot.model.commands[sd::kWriteMany]);
  CHECK_EQUAL(1u, slot.model.commands[sd::kStop]);
}

TEST(SdCard, more_than_the_length_register_holds_is_several_transfers) {
  insert();
  auto words = room(kSectors);
  CHECK_TRUE(ok(slot.card.read(0, kSectors, words.data())));
  CHECK_TRUE(same(words, slot, 0));
  CHECK_EQUAL(3u, slot.model.commands[sd::kReadMany]);  // 127 + 127 + 2
  CHECK_EQUAL(0u, slot.model.commands[sd::kRead]);
}

TEST(SdCard, an_interrupt_moves_one_fifo_at_most) {
  insert();
  auto words = room(64);
  CHECK_TRUE(ok(slot.card.read(0, 64, words.data())));
  CHECK_TRUE(ok(slot.card.write(64, 64, words.data())));
  CHECK_TRUE(slot.model.longest_burst <= Pl181Regs::kFifoWords);
}

TEST(SdCard, beyond_its_end_is_refused_before_it_is_asked) {
  insert();
  auto words = room(2);
  CHECK_TRUE(slot.card.read(kSectors, 1, words.data()) == Err::Range);
  CHECK_TRUE(slot.card.write(kSectors - 1, 2, words.data()) == Err::Range);
  CHECK_TRUE(slot.card.read(~0u, 2, words.data()) == Err::Range);
  CHECK_EQUAL(0u, slot.model.commands[sd::kReadMany] + slot.model.commands[sd::kWriteMany]);
}

TEST(SdCard, a_wrong_check_sum_is_tried_again) {
  insert();
  auto words = room(8);
  slot.model.faults.read_crc = 3;
  CHECK_TRUE(ok(slot.card.read(16, 8, words.data())));
  CHECK_TRUE(same(words, slot, 16));
  words = pattern(8);
  slot.model.faults.write_crc = 5;
  CHECK_TRUE(ok(slot.card.write(16, 8, words.data())));
  CHECK_TRUE(same(words, slot, 16));
  CHECK_EQUAL(2u, slot.card.figures().retries);
  CHECK_TRUE(fakes::logged("write of 8 sectors at 16 failed: error -84, trying again"));
}

TEST(SdCard, a_lost_interrupt_is_survived) {
  insert();
  auto words = room(4);
  slot.model.faults.interrupt = 0;
  CHECK_TRUE(ok(slot.card.read(40, 4, words.data())));
  CHECK_TRUE(same(words, slot, 40));
  CHECK_EQUAL(1u, slot.host.lost_interrupts());
  CHECK_EQUAL(1u, slot.card.figures().retries);
}

TEST(SdCard, an_answer_that_does_not_come_is_survived) {
  insert();
  auto words = room(1);
  slot.model.faults.command = 0;
  CHECK_TRUE(ok(slot.card.read(40, 1, words.data())));
  CHECK_TRUE(same(words, slot, 40));
  // The answer to the end of a transfer, and the one to the question after it: only a new start helps.
  words = pattern(4);
  slot.model.faults.command = 2;
  CHECK_TRUE(ok(slot.card.write(40, 4, words.data())));
  CHECK_TRUE(same(words, slot, 40));
}

TEST(SdCard, a_write_that_the_card_refuses_fails_and_the_next_works) {
  insert();
  auto words = pattern(1);
  slot.model.write_protected = 9;
  CHECK_TRUE(slot.card.write(9, 1, words.data()) == Err::Io);
  CHECK_EQUAL(3u, slot.card.figures().errors);
  CHECK_EQUAL(2u, slot.card.figures().retries);
  CHECK_FALSE(same(words, slot, 9));
  CHECK_TRUE(ok(slot.card.write(10, 1, words.data())));
}

TEST(SdCard, pulled_out_and_put_back) {
  insert();
  auto words = room(1);
  slot.model.card = false;
  CHECK_TRUE(slot.card.read(9, 1, words.data()) == Err::NoMedium);
  CHECK_FALSE(slot.card.present());
  CHECK_TRUE(fakes::logged("card: it does not answer any more"));
  CHECK_TRUE(slot.card.read(9, 1, words.data()) == Err::NoMedium);
  STRCMP_CONTAINS("any more", fakes::take_log());
  slot.model.card = true;
  CHECK_TRUE(ok(slot.card.read(9, 1, words.data())));
  CHECK_TRUE(same(words, slot, 9));
  CHECK_TRUE(fakes::logged("card: it is back"));
}

TEST(SdCard, another_card_in_its_place_is_not_touched) {
  insert();
  auto words = pattern(1);
  slot.model.card = false;
  CHECK_TRUE(slot.card.write(9, 1, words.data()) == Err::NoMedium);
  slot.model.card = true;
  slot.model.serial = 7;
  CHECK_TRUE(slot.card.write(9, 1, words.data()) == Err::NoMedium);
  CHECK_FALSE(same(words, slot, 9));
  insert();  // now it is this one
  CHECK_TRUE(ok(slot.card.write(9, 1, words.data())));
  CHECK_TRUE(same(words, slot, 9));
}

TEST(SdCard, nothing_is_left_that_could_interrupt) {
  insert();
  auto words = room(4);
  slot.model.faults.read_crc = 1;
  CHECK_TRUE(ok(slot.card.read(9, 4, words.data())));
  CHECK_FALSE(slot.model.interrupting());
  CHECK_FALSE(slot.host.on_interrupt());  // somebody else's, on a shared line
}

TEST_GROUP(SdProtocol){};

TEST(SdProtocol, bits_across_words) {
  const std::uint32_t answer[4] = {0x80000001, 0x40000000, 0, 0x5};
  CHECK_EQUAL(1u, sd::bits(answer, 127, 127));
  CHECK_EQUAL(5u, sd::bits(answer, 97, 94) + 0u);  // 0,1 | 0,1
  CHECK_EQUAL(5u, sd::bits(answer, 31, 0));
}

TEST(SdProtocol, capacity_by_the_csd) {
  // A real 2 GB card: READ_BL_LEN 10, C_SIZE 3771, C_SIZE_MULT 7 (1 931 008 KB)
  const std::uint32_t two_gb[4] = {0x007f0032, 0x5b5a8000u | 3771 >> 2,
                                   static_cast<std::uint32_t>(3771 << 30) | 7u << 15, 0};
  CHECK_EQUAL(3771u + 1, (sd::sectors_of(two_gb) >> 10));
  // A real 8 GB card: C_SIZE 0x3b37
  const std::uint32_t eight_gb[4] = {0x400e0032, 0x5b590000, 0x3b377f80, 0x0a404001};
  CHECK_EQUAL((0x3b37u + 1) * 1024, sd::sectors_of(eight_gb));
  const std::uint32_t unknown[4] = {0xc0000000, 0, 0, 0};
  CHECK_EQUAL(0u, sd::sectors_of(unknown));
}
