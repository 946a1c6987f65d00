// SPDX-License-Identifier: MIT
// The SDHCI's driver under the card's protocol, over a model that fails the test for what the standard forbids.
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <drivers/sd_card.hpp>
#include <vector>

#include "fakes/log.hpp"
#include "fakes/mci_wait.hpp"
#include "fakes/sdhci_model.hpp"
#include "sdhci_impl.hpp"

using namespace mink;
using namespace mink::drivers;

using Host = BasicSdhci<fakes::FakeBus>;
using R = SdhciRegs;

namespace {

constexpr std::uint32_t kSectors = 512, kClockHz = 44'333'333;  // MPLL / 2 / 3

struct Slot {
  explicit Slot(SdhciKind kind = SdhciKind::S3c6410, bool big = false)
      : model{big ? 4096 : kSectors, big}, host{fakes::FakeBus{&model}, kind, kClockHz, wait} {
    wait.connect(host);
    host.power_off();
  }
  fakes::SdhciModel model;
  fakes::ModelWait<Host, fakes::SdhciModel> wait{model};
  Host host;
  SdCard card{host};
};

std::vector<std::uint32_t> room(unsigned sectors) { return std::vector<std::uint32_t>(sectors * 128); }

std::vector<std::uint32_t> pattern(unsigned sectors) {
  auto words = room(sectors);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint32_t>(0x12340000u + i);
  return words;
}

}  // namespace

TEST_GROUP(Sdhci) {
  Slot slot;
  void setup() override { fakes::take_log(); }
  void insert() { CHECK_TRUE(ok(slot.card.identify())); }
  bool same(const std::vector<std::uint32_t>& words, unsigned sector) {
    return std::memcmp(words.data(), &slot.model.image[sector * 512], words.size() * 4) == 0;
  }
  void reads(unsigned sector, unsigned count) {
    auto words = room(count);
    CHECK_TRUE(ok(slot.card.read(sector, count, words.data())));
    CHECK_TRUE(same(words, sector));
  }
  void writes(unsigned sector, unsigned count) {
    const auto words = pattern(count);
    CHECK_TRUE(ok(slot.card.write(sector, count, words.data())));
    CHECK_TRUE(same(words, sector));
  }
};

TEST(Sdhci, whatever_a_boot_loader_left_is_reset) {
  CHECK_FALSE(slot.model.interrupting());
  CHECK_EQUAL(0u, slot.model.at<R::SignalEnable>());
  CHECK_EQUAL(0u, slot.model.at<R::Host>());
  CHECK_EQUAL(0u, slot.model.at<R::Clock>());
}

TEST(Sdhci, identifies_a_card) {
  insert();
  CHECK_EQUAL(kSectors, slot.card.sectors());
  STRCMP_EQUAL("MODEL", slot.card.product());
  CHECK_EQUAL(0x00beefabu, slot.card.serial());
  // At most 400 kHz: 44.3 MHz / 128; then at most 25 MHz: 44.3 / 2, and 2^23 of these clocks are 0.38 s.
  CHECK_EQUAL(128u / 2, R::Clock::Divider::get(slot.model.clock_when_idle));
  CHECK_EQUAL(2u / 2, R::Clock::Divider::get(slot.model.at<R::Clock>()));
  CHECK_EQUAL(10u, R::Clock::Timeout::get(slot.model.at<R::Clock>()));
  CHECK_EQUAL(0u, slot.model.at<R::Host>() & 0xff);  // one bit, no high speed
}

TEST(Sdhci, the_s3c6410_has_its_clock_from_sclk_mmc) {
  insert();
  using S = S3cSdhciRegs;
  CHECK_EQUAL(S::Control2::kSclkMmc, S::Control2::ClockSource::get(slot.model.at<S::Control2>()));
  CHECK_EQUAL(0xc0004120u, slot.model.at<S::Control2>());
  CHECK_EQUAL(S::kDelays, slot.model.at<S::Control3>());
  CHECK_EQUAL(S::Control4::k9mA, S::Control4::Drive::get(slot.model.at<S::Control4>()));
  Slot other{SdhciKind::Standard};
  CHECK_TRUE(ok(other.card.identify()));
  CHECK_EQUAL(0u,
              other.model.at<S::Control2>() | other.model.at<S::Control3>() | other.model.at<S::Control4>());
}

TEST(Sdhci, one_above_2_gb) {
  Slot big{SdhciKind::S3c6410, true};
  CHECK_TRUE(ok(big.card.identify()));
  CHECK_EQUAL(4096u, big.card.sectors());
  auto words = room(2);
  CHECK_TRUE(ok(big.card.read(3000, 2, words.data())));
  CHECK_TRUE(std::memcmp(words.data(), &big.model.image[3000 * 512], 1024) == 0);
}

TEST(Sdhci, an_empty_slot_is_no_error) {
  slot.model.card = false;
  CHECK_TRUE(slot.card.identify() == Err::NoMedium);
  STRCMP_EQUAL("", fakes::take_log());
}

TEST(Sdhci, reads_and_writes_one_sector_and_many) {
  insert();
  reads(5, 1);
  reads(100, 20);
  writes(kSectors - 1, 1);
  writes(200, 20);
  reads(0, 300);  // 128 + 128 + 44
  CHECK_EQUAL(4u, slot.model.commands[sd::kReadMany]);
  CHECK_EQUAL(0u, slot.host.lost_interrupts());
  CHECK_EQUAL(0u, slot.card.figures().errors);
}

TEST(Sdhci, an_end_that_is_told_before_the_buffer_is_empty) {
  slot.model.told_late = false;
  insert();
  reads(5, 1);
  reads(100, 20);
  CHECK_EQUAL(0u, slot.card.figures().errors);
}

TEST(Sdhci, an_interrupt_moves_few_words) {
  insert();
  reads(0, 64);
  writes(64, 64);
  CHECK_EQUAL(Host::kBurst, slot.model.longest_burst);
}

TEST(Sdhci, a_wrong_check_sum_is_tried_again) {
  insert();
  slot.model.faults.read_crc = 3;
  reads(16, 8);
  slot.model.faults.write_crc = 5;
  writes(16, 8);
  CHECK_EQUAL(2u, slot.card.figures().retries);
  CHECK_TRUE(fakes::logged("write of 8 sectors at 16 failed: error -84, trying again"));
}

TEST(Sdhci, a_transfer_that_ends_early_is_tried_again) {
  insert();
  slot.model.end_early = 2;
  reads(16, 8);
  slot.model.end_early = 2;
  writes(16, 8);
  CHECK_EQUAL(2u, slot.card.figures().retries);
  CHECK_TRUE(fakes::logged("read of 8 sectors at 16 failed: error -5, trying again"));
}

TEST(Sdhci, a_lost_interrupt_is_survived) {
  insert();
  slot.model.faults.interrupt = 0;
  reads(40, 4);
  slot.model.faults.interrupt = 0;
  writes(40, 4);
  CHECK_EQUAL(2u, slot.host.lost_interrupts());
  CHECK_EQUAL(2u, slot.card.figures().retries);
}

TEST(Sdhci, an_answer_that_does_not_come_costs_a_reset_of_the_lines) {
  insert();
  const unsigned before = slot.model.line_resets;
  slot.model.faults.command = 0;
  reads(40, 1);
  CHECK_EQUAL(before + 2, slot.model.line_resets);
  // The answer to the end of a transfer, and the one to the question after it: only a new start helps.
  slot.model.faults.command = 2;
  writes(40, 4);
}

TEST(Sdhci, a_write_that_the_card_refuses_fails_and_the_next_works) {
  insert();
  const auto words = pattern(1);
  slot.model.write_protected = 9;
  CHECK_TRUE(slot.card.write(9, 1, words.data()) == Err::Io);
  CHECK_EQUAL(3u, slot.card.figures().errors);
  CHECK_FALSE(same(words, 9));
  writes(10, 1);
}

TEST(Sdhci, pulled_out_and_put_back) {
  insert();
  auto words = room(1);
  slot.model.card = false;
  CHECK_TRUE(slot.card.read(9, 1, words.data()) == Err::NoMedium);
  slot.model.card = true;
  reads(9, 1);
  CHECK_TRUE(fakes::logged("card: it is back"));
}

TEST(Sdhci, a_controller_that_hangs_is_given_up) {
  insert();
  slot.model.lines_stuck = true;
  auto words = room(1);
  CHECK_FALSE(ok(slot.card.read(9, 1, words.data())));
  slot.model.lines_stuck = false;
  reads(9, 1);

  Slot unstable;
  unstable.model.clock_hangs = true;
  CHECK_FALSE(ok(unstable.card.identify()));
  CHECK_TRUE(fakes::logged("sdhci: the clock does not become stable"));
  CHECK_TRUE(unstable.wait.passed_ms < 1000);
}

TEST(Sdhci, nothing_is_left_that_could_interrupt) {
  insert();
  slot.model.faults.read_crc = 1;
  reads(9, 4);
  CHECK_FALSE(slot.model.interrupting());
  CHECK_FALSE(slot.host.on_interrupt());  // somebody else's, on a shared line
}
