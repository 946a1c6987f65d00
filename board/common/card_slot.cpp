// SPDX-License-Identifier: MIT
// The slot for a card, and what is in it; see <board/card_slot.hpp>.
#include <linux/interrupt.h>

#include <base/log.h>
#include <block/card.hpp>
#include <board/card_slot.hpp>
#include <drivers/sd_card.hpp>
#include <optional>

namespace mink::board {

namespace {

using namespace drivers;

constinit MciHost* slot = nullptr;
constinit std::optional<SdCard> sd_card;

irqreturn_t on_slot(int, void* host) { return IRQ_RETVAL(static_cast<MciHost*>(host)->on_interrupt()); }

// The card as the block layer knows it.
class CardDriver final : public block::Driver {
 public:
  const char* name() const override { return "card0"; }
  std::uint32_t sectors() const override { return sectors_; }
  Err transfer(block::Direction direction, std::uint32_t sector, std::uint32_t count, void* memory) override {
    return direction == block::Direction::Read ? sd_card->read(sector, count, memory)
                                               : sd_card->write(sector, count, memory);
  }
  // It stays what it was when the card is pulled out: its dirty pages wait for it.
  void set_sectors(std::uint32_t sectors) { sectors_ = sectors; }

 private:
  std::uint32_t sectors_ = 0;
};
constinit CardDriver driver;

void describe(TextSink& out) {
  const SdCard::Figures& f = sd_card->figures();
  print(out, "card0: %s, serial number %08x, %u sectors of %u bytes (%u KB), %s\n", sd_card->product(),
        static_cast<unsigned>(sd_card->serial()), static_cast<unsigned>(driver.sectors()),
        SdCard::kSectorSize, static_cast<unsigned>(driver.sectors() / 2),
        sd_card->high_capacity() ? "SDHC" : "SD");
  print(out, "transfers: %u read, %u written, %u failed, %u tried again, %u interrupts lost\n",
        f.commands_read, f.commands_written, f.errors, f.retries, slot->lost_interrupts());
}

void find() {
  const Err e = sd_card->identify();
  if (e == Err::NoMedium) {
    slot->power_off();
    return;
  }
  if (!ok(e)) {
    printk(KERN_WARNING "card: what is in the slot is no card that we know: error %d\n", static_cast<int>(e));
    return;
  }
  printk(KERN_INFO "card: %s, serial number %08x, %u KB\n", sd_card->product(),
         static_cast<unsigned>(sd_card->serial()), static_cast<unsigned>(sd_card->sectors() / 2));
  driver.set_sectors(sd_card->sectors());
  if (const Err started = block::start_card(driver, describe); !ok(started)) {
    printk(KERN_ERR "card: no block device for it: error %d\n", static_cast<int>(started));
  }
}

}  // namespace

void start_card_slot(MciHost& host, std::span<const unsigned> irqs, const char* irq_name) {
  slot = &host;
  slot->power_off();
  for (const unsigned irq : irqs) {
    if (const int e = request_irq(irq, on_slot, 0, irq_name, slot); e != 0) {
      printk(KERN_ERR "card: irq %u: error %d\n", irq, e);
      return;
    }
  }
  sd_card.emplace(*slot);
  block::search_card(find);
}

}  // namespace mink::board
