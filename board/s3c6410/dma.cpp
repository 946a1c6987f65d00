// SPDX-License-Identifier: MIT
// The first of the two PL080S: memory to memory asks for no particular one.
#include <board/start_dma.hpp>
#include <drivers/pl080.hpp>

#include "devices.hpp"

namespace mink::board {

namespace {
constinit std::optional<drivers::Pl080s> engine;
}

void dma_init() {
  start_dma_clock();
  start_dma(engine, kDma0, kIrqBase + kLineDma0, "pl080s");
}

}  // namespace mink::board
