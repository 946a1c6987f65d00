// SPDX-License-Identifier: MIT
// The PL181 card interface: commands and data by interrupt, through its FIFO.
#pragma once
#include <cstdint>
#include <drivers/mci.hpp>
#include <drivers/mmio.hpp>
#include <drivers/pl181_regs.hpp>

namespace mink::drivers {

// The handler moves at most one FIFO's worth of words at a time, so that interrupts are never off for long; the line,
// still asserted, brings it back. Both lines of the device may call it.
template <class Bus>
class BasicPl181 final : public MciHost {
 public:
  // clock_hz: that of MCLK. Touches nothing yet.
  constexpr BasicPl181(Bus bus, std::uint32_t clock_hz, MciWait& wait)
      : regs_{bus}, clock_hz_{clock_hz}, wait_{wait} {}

  void power_off() override;
  void power_up() override;
  void set_clock(std::uint32_t hz) override;
  Err run(MciCommand& command) override;
  // The length register has 16 bits.
  [[nodiscard]] unsigned max_blocks() const override { return 0xffff / kMciBlock; }
  void sleep_ms(unsigned ms) override { wait_.sleep_ms(ms); }
  bool on_interrupt() override;
  [[nodiscard]] unsigned lost_interrupts() const override { return lost_interrupts_; }

 private:
  using R = Pl181Regs;
  using B = R::Bits;
  enum class Phase : unsigned char { Idle, Command, Receive, Send };
  static constexpr unsigned kCommandMs = 100, kDataMs = 1000;
  static constexpr unsigned kSupplyMs = 10;  // until the supply has risen; as long as a thread sleeps

  void quiet();
  void send(const MciCommand& command);
  void start_data(const MciCommand& command);
  void mask(std::uint32_t events, std::uint32_t fifo);
  void finish(Err result);
  void on_command(std::uint32_t status);
  void on_data(std::uint32_t status);
  void receive(unsigned most, bool checked);
  void transmit();
  Err wait_for(unsigned ms);
  Err take_answer(MciCommand& command);
  [[nodiscard]] std::uint32_t status() const { return regs_.template read<typename R::Status>(); }
  static Err error_of(std::uint32_t status);

  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
  MciWait& wait_;
  std::uint32_t card_hz_ = 0;
  // The thread's while Idle, then the handler's.
  volatile Phase phase_ = Phase::Idle;
  Err result_ = Err::Ok;
  std::uint32_t events_ = 0, fifo_events_ = 0;  // Mask0, Mask1
  std::uint32_t* at_ = nullptr;
  std::uint32_t left_ = 0;  // words
  std::uint32_t stop_on_ = 0;
  bool no_crc_ = false;
  unsigned lost_interrupts_ = 0;
};

using Pl181 = BasicPl181<Mmio>;
extern template class BasicPl181<Mmio>;

}  // namespace mink::drivers
