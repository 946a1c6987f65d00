// SPDX-License-Identifier: MIT
// A standard SD host controller (SDHCI): commands and data by interrupt, through its buffer.
#pragma once
#include <cstdint>
#include <drivers/mci.hpp>
#include <drivers/mmio.hpp>
#include <drivers/sdhci_regs.hpp>

namespace mink::drivers {

enum class SdhciKind : unsigned char {
  Standard,
  S3c6410,  // its clock comes from SCLK_MMC: HCLK / 256 would be too fast to identify a card
};

// One bit wide, below 25 MHz, one block in the buffer at a time. The handler moves at most kBurst words, so that interrupts
// are never off for long; the line, still asserted, brings it back.
template <class Bus>
class BasicSdhci final : public MciHost {
 public:
  // clock_hz: that which the divider divides. Touches nothing yet.
  constexpr BasicSdhci(Bus bus, SdhciKind kind, std::uint32_t clock_hz, MciWait& wait)
      : regs_{bus}, kind_{kind}, clock_hz_{clock_hz}, wait_{wait} {}

  void power_off() override;
  void power_up() override;
  void set_clock(std::uint32_t hz) override;
  // A command that fails leaves both lines of the controller reset.
  Err run(MciCommand& command) override;
  // What a slow card can do within kDataMs.
  [[nodiscard]] unsigned max_blocks() const override { return 128; }
  void sleep_ms(unsigned ms) override { wait_.sleep_ms(ms); }
  bool on_interrupt() override;
  [[nodiscard]] unsigned lost_interrupts() const override { return lost_interrupts_; }

  static constexpr unsigned kBurst = 16;  // words

 private:
  using R = SdhciRegs;
  using B = R::Bits;
  static constexpr unsigned kBlockWords = kMciBlock / 4;
  static constexpr unsigned kCommandMs = 100, kDataMs = 1000, kSupplyMs = 10, kResetMs = 100, kFreeMs = 10,
                            kClockMs = 20;

  void reset(std::uint32_t what);
  void reset_lines();
  void select_clock_source();
  Err wait_free(bool data);
  template <class Register>
  bool becomes(std::uint32_t mask, std::uint32_t value, unsigned ms);
  void send(const MciCommand& command);
  void signal(std::uint32_t events);
  Err wait_for(unsigned ms);
  void take_answer(MciCommand& command);
  void finish(Err result);
  void receive();
  void transmit();
  template <class Ready>
  unsigned next_burst();
  void on_transfer_complete();
  [[nodiscard]] bool present(std::uint32_t mask) const {
    return (regs_.template read<typename R::Present>() & mask) != 0;
  }

  Registers<Bus> regs_;
  SdhciKind kind_;
  std::uint32_t clock_hz_;
  MciWait& wait_;
  std::uint32_t card_hz_ = 0;  // 0: off
  // From here on: the handler's while busy_, else the thread's.
  volatile bool busy_ = false;
  Err result_ = Err::Ok;
  std::uint32_t signals_ = 0;
  MciData data_ = MciData::None;
  std::uint32_t* at_ = nullptr;
  std::uint32_t left_ = 0;  // words
  std::uint32_t stop_on_ = 0;
  unsigned lost_interrupts_ = 0;
};

using Sdhci = BasicSdhci<Mmio>;
extern template class BasicSdhci<Mmio>;

}  // namespace mink::drivers
