// SPDX-License-Identifier: MIT
// The PL080 and the PL080S: copies from memory to memory, by as many channels as there are.
#pragma once
#include <linux/device.h>
#include <linux/dmapool.h>

#include <drivers/mmio.hpp>
#include <drivers/pl080_regs.hpp>
#include <kernel/dma_engine.hpp>

namespace mink::drivers {

// A copy is a list of transfers: the first in a channel's registers, the others in coherent memory, where the channel
// fetches them by itself. One interrupt ends it all. The lists' memory is kept for later copies.
template <class Bus, class Layout>
class BasicPl080 final : public kernel::DmaEngine {
 public:
  using Copy = kernel::DmaCopy;

  // Touches nothing yet.
  constexpr BasicPl080(Bus bus, const char* name) : bus_{bus}, device_{name, nullptr, 0} {}

  // Everything off that firmware left on; then ready. Before the line is connected, in a thread. NoMem.
  Err init();
  // Interrupt context. True if the device interrupted. Calls done() of the copies that have ended.
  bool on_interrupt();

  [[nodiscard]] const char* name() const override { return device_.init_name; }
  Err submit(Copy& copy) override;
  bool cancel(Copy& copy) override;
  [[nodiscard]] Figures figures() const override { return figures_; }
  // For dma_map_*() of its buffers.
  [[nodiscard]] device& linux_device() { return device_; }

 private:
  using R = Pl080Regs;
  using C = R::Control;
  using Config = typename Layout::Config;

  // As the channel reads it: the five words of its registers, the fifth of the PL080S alone. Behind them what the
  // driver needs of it.
  struct Item {
    std::uint32_t words[5];
    std::uint32_t bus;
    Item* next;
  };
  static constexpr std::size_t kItemAlign = 32;  // none crosses a kilobyte, which no AHB burst may
  static_assert(sizeof(Item) <= kItemAlign);
  enum Word { kFrom, kTo, kNext, kControl, kSize };

  struct ChannelBus {
    Bus bus;
    std::size_t base;
    [[nodiscard]] std::uint32_t load(std::size_t offset) const { return bus.load(base + offset); }
    void store(std::size_t offset, std::uint32_t value) const { bus.store(base + offset, value); }
  };
  [[nodiscard]] Registers<Bus> regs() const { return Registers<Bus>{bus_}; }
  [[nodiscard]] Registers<ChannelBus> channel(unsigned n) const {
    return Registers<ChannelBus>{ChannelBus{bus_, R::kChannel0 + n * R::kChannelStep}};
  }

  Err build(Copy& copy);
  Item* new_item();
  void give_back(Copy& copy);
  bool start(Copy& copy);
  void begin(unsigned n, Copy& copy);
  void begin_next();
  void stop(unsigned n);

  Bus bus_;
  device device_;
  dma_pool* pool_ = nullptr;
  Item* spare_ = nullptr;
  Copy* running_[R::kChannels] = {};
  Copy* waiting_ = nullptr;  // in their order
  Copy* last_waiting_ = nullptr;
  Figures figures_ = {};
};

using Pl080 = BasicPl080<Mmio, Pl080Layout>;
using Pl080s = BasicPl080<Mmio, Pl080sLayout>;
extern template class BasicPl080<Mmio, Pl080Layout>;
extern template class BasicPl080<Mmio, Pl080sLayout>;

}  // namespace mink::drivers
