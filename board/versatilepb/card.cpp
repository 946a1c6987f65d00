// SPDX-License-Identifier: MIT
// The slot for a card, and what is in it.
#include <linux/interrupt.h>

#include <base/log.h>
#include <drivers/mci_sleep.hpp>
#include <drivers/pl181.hpp>
#include <drivers/sd_card.hpp>
#include <optional>

#include "devices.hpp"

namespace mink::board {

namespace {

using namespace drivers;

constinit MciSleep slot_wait;
constinit std::optional<Pl181> slot;
constinit std::optional<SdCard> sd_card;

irqreturn_t on_slot(int, void* device) { return IRQ_RETVAL(static_cast<Pl181*>(device)->on_interrupt()); }

}  // namespace

void card_init() {
  slot.emplace(map_device(kMci0, "mci0"), kMciClockHz, slot_wait);
  slot->init();
  for (const unsigned line : {kSicMci0A, kSicMci0B}) {
    if (const int e = request_irq(kSicIrqBase + line, on_slot, 0, "mmci-pl181", &*slot); e != 0) {
      printk(KERN_ERR "card: irq %u: error %d\n", kSicIrqBase + line, e);
      return;
    }
  }
  sd_card.emplace(*slot);
  const Err e = sd_card->identify();
  if (e == Err::NoMedium) {
    slot->init();  // no power for an empty slot
    return;
  }
  if (!ok(e)) {
    printk(KERN_WARNING "card: what is in the slot is no card that we know: error %d\n", static_cast<int>(e));
    return;
  }
  printk(KERN_INFO "card: %s, serial number %08x, %u KB\n", sd_card->product(),
         static_cast<unsigned>(sd_card->serial()), static_cast<unsigned>(sd_card->sectors() / 2));
}

}  // namespace mink::board
