// SPDX-License-Identifier: MIT
// What the files of this board share.
#pragma once
#include <board/devices.hpp>
#include <board/memory_map.hpp>

namespace mink::board {

// The card in the slot, if there is one. Thread context, interrupts on; sleeps.
void card_init();

}  // namespace mink::board
