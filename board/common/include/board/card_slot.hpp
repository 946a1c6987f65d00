// SPDX-License-Identifier: MIT
// A board's slot for an SD card.
#pragma once
#include <drivers/mci.hpp>
#include <span>

namespace mink::board {

// Connects the controller's interrupts and has a card looked for while the boot goes on; one that is found becomes the
// block layer's. Once. `host` for ever. Thread context, interrupts on.
void start_card_slot(drivers::MciHost& host, std::span<const unsigned> irqs, const char* irq_name);

}  // namespace mink::board
