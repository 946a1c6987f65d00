// SPDX-License-Identifier: MIT
// The PL080 of the board.
#include <linux/interrupt.h>

#include <base/log.h>
#include <drivers/pl080.hpp>
#include <kernel/memory_init.hpp>
#include <optional>

#include "devices.hpp"

namespace mink::board {

namespace {

constinit std::optional<drivers::Pl080> engine;

irqreturn_t on_engine(int, void* device) {
  return IRQ_RETVAL(static_cast<drivers::Pl080*>(device)->on_interrupt());
}

}  // namespace

void dma_init() {
  kernel::init_coherent_memory();
  engine.emplace(map_device(kDmac, "dmac"), "pl080");
  Err e = engine->init();
  if (ok(e)) e = static_cast<Err>(request_irq(kVicIrqBase + kVicDma, on_engine, 0, "dma-pl080", &*engine));
  if (ok(e)) {
    kernel::set_dma_engine(*engine);
  } else {
    printk(KERN_ERR "dma: error %d\n", static_cast<int>(e));
  }
}

}  // namespace mink::board
