// SPDX-License-Identifier: MIT
// What the files of this board share.
#pragma once
#include <board/devices.hpp>
#include <board/memory_map.hpp>

namespace mink::board {

// Has the slot looked into. Thread context, interrupts on.
void card_init();

// Coherent memory and the DMA controller.
void dma_init();

}  // namespace mink::board
