// SPDX-License-Identifier: MIT
// The Versatile's slot for a card: a PL181 with two lines.
#include <board/card_slot.hpp>
#include <drivers/mci_sleep.hpp>
#include <drivers/pl181.hpp>
#include <optional>

#include "devices.hpp"

namespace mink::board {

namespace {

constinit drivers::MciSleep wait;
constinit std::optional<drivers::Pl181> slot;

}  // namespace

void card_init() {
  constexpr unsigned kIrqs[] = {kSicIrqBase + kSicMci0A, kSicIrqBase + kSicMci0B};
  slot.emplace(map_device(kMci0, "mci0"), kMciClockHz, wait);
  start_card_slot(*slot, kIrqs, "mmci-pl181");
}

}  // namespace mink::board
