// SPDX-License-Identifier: MIT
// A board's DMA engine comes up: its memory, its registers, its line.
#pragma once
#include <linux/interrupt.h>

#include <base/log.h>
#include <board/devices.hpp>
#include <kernel/dma_engine.hpp>
#include <kernel/memory_init.hpp>
#include <optional>

namespace mink::board {

// `name`: the engine's. Thread context. Without it the kernel goes on.
template <class Engine>
void start_dma(std::optional<Engine>& engine, PhysAddr registers, unsigned irq, const char* name) {
  kernel::init_coherent_memory();
  engine.emplace(map_device(registers, name), name);
  const auto handler = [](int, void* device) -> irqreturn_t {
    return IRQ_RETVAL(static_cast<Engine*>(device)->on_interrupt());
  };
  int error = static_cast<int>(engine->init());
  if (error == 0) error = request_irq(irq, handler, 0, name, &*engine);
  if (error == 0) {
    kernel::set_dma_engine(*engine);
  } else {
    printk(KERN_ERR "%s: error %d\n", name, error);
  }
}

}  // namespace mink::board
