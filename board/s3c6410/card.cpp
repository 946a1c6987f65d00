// SPDX-License-Identifier: MIT
// The boards' slot for a card: HSMMC0, an SDHCI. (Mini6410, Tiny6410, SMDK6410 and those like it have it there.)
#include <board/card_slot.hpp>
#include <drivers/mci_sleep.hpp>
#include <drivers/sdhci.hpp>
#include <optional>

#include "devices.hpp"

namespace mink::board {

namespace {

constinit drivers::MciSleep wait;
constinit std::optional<drivers::Sdhci> slot;

}  // namespace

void card_init() {
  // Clock, command, four data lines: pulled up on the board. The card's detection is, if connected at all, of no use: to
  // ask the card is surer.
  for (unsigned pin = 0; pin <= 5; ++pin) {
    gpio().select({drivers::kGpg, pin}, 2);
    gpio().pull({drivers::kGpg, pin}, drivers::S3cGpio::kNoPull);
  }
  constexpr unsigned kIrqs[] = {kIrqBase + kLineHsmmc0};
  slot.emplace(map_device(kHsmmc0, "hsmmc0"), drivers::SdhciKind::S3c6410, start_card_clock(), wait);
  start_card_slot(*slot, kIrqs, "hsmmc0");
}

}  // namespace mink::board
