// SPDX-License-Identifier: MIT
// The PL080 of the board.
#include <board/start_dma.hpp>
#include <drivers/pl080.hpp>

#include "devices.hpp"

namespace mink::board {

namespace {
constinit std::optional<drivers::Pl080> engine;
}

void dma_init() { start_dma(engine, kDmac, kVicIrqBase + kVicDma, "pl080"); }

}  // namespace mink::board
