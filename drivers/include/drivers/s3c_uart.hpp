// SPDX-License-Identifier: MIT
// Samsung's UART as the S3C6410 has it (64-byte FIFOs, its own UFSTAT layout, UDIVSLOT, UINTP/UINTM) as a console. Output
// goes by interrupt while interrupts are on, and is polled with them off: in a panic, in a handler, before the line is
// connected.
#pragma once
#include <drivers/mmio.hpp>
#include <drivers/uart_console.hpp>
#include <utility>

namespace mink::drivers {

// S3C6410X User's Manual Rev 1.20, chapter 31.
struct S3cUartRegs {
  struct Ulcon : Reg<0x00, Rw> {
    static constexpr std::uint32_t k8N1 = 3;
  };
  struct Ucon : Reg<0x04, Rw> {
    using RxMode = Field<0, 2>;  // 1: interrupt or polling
    using TxMode = Field<2, 2>;
    using RxTimeout = Field<7>;  // interrupts when less than the trigger level waits for three frame times
    using RxLevel = Field<8>;    // the interrupt is a level, not a pulse
    using TxLevel = Field<9>;
    using Clock = Field<10, 2>;  // 0: PCLK
  };
  struct Ufcon : Reg<0x08, Rw> {
    using Enable = Field<0>;
    using RxTrigger = Field<4, 2>;  // 1, 8, 16, 32 bytes or more
    using TxTrigger = Field<6, 2>;  // 0, 16, 32, 48 bytes or fewer
  };
  struct Umcon : Reg<0x0c, Rw> {};
  struct Utrstat : Reg<0x10, Ro> {
    using RxReady = Field<0>;
    using TxEmpty = Field<2>;  // FIFO and shifter
  };
  struct Ufstat : Reg<0x18, Ro> {
    using RxCount = Field<0, 6>;  // 0 when the FIFO is full
    using RxFull = Field<6>;
    using TxCount = Field<8, 6>;
    using TxFull = Field<14>;
  };
  struct Utxh : Reg<0x20, Wo> {};
  struct Urxh : Reg<0x24, Ro> {};
  struct Ubrdiv : Reg<0x28, Rw> {};
  struct Udivslot : Reg<0x2c, Rw> {};
  struct Ints {  // the same bits in the three that follow
    using Rx = Field<0>;
    using Error = Field<1>;
    using Tx = Field<2>;
    using Modem = Field<3>;
    static constexpr std::uint32_t kAll = 0xf;
  };
  struct Uintp : Reg<0x30, Rw> {};  // source and not masked; writing 1 clears
  struct Uintm : Reg<0x38, Rw> {};  // 1: masked
};

// The line's speed: DIV = clock / (16 baud) - 1, its whole part in UBRDIV, and as many ones in UDIVSLOT's sixteen bits
// as the rest has sixteenths.
struct S3cBaud {
  std::uint32_t ubrdiv, udivslot;
  bool operator==(const S3cBaud&) const = default;
};
// clock_hz: at least 16 baud. Nearest speed; pure.
constexpr S3cBaud s3c_baud(std::uint32_t clock_hz, std::uint32_t baud) {
  const std::uint32_t sixteenths = (clock_hz + baud / 2) / baud;
  const std::uint32_t ones = sixteenths % 16;
  std::uint32_t slots = 0;  // spread evenly, so that no bit of a byte is much longer than another
  for (unsigned slot = 0; slot < 16; ++slot) {
    if ((slot + 1) * ones / 16 != slot * ones / 16) slots |= 1u << slot;
  }
  return {sixteenths / 16 - 1, slots};
}

template <class Bus>
class S3cUartPort {
 public:
  static constexpr unsigned kFifo = 64;

  // clock_hz: that of PCLK.
  constexpr S3cUartPort(Bus bus, std::uint32_t clock_hz) : regs_{bus}, clock_hz_{clock_hz} {}
  void move_to(Bus bus) { regs_.move_to(bus); }

  // FIFOs on; a byte that waits in the receiver is in them then.
  void init(std::uint32_t baud);
  [[nodiscard]] bool has_byte() const {
    const std::uint32_t state = regs_.template read<typename R::Ufstat>();
    return early_ >= 0 || (state & (R::Ufstat::RxFull::kMask | R::Ufstat::RxCount::kMask)) != 0;
  }
  unsigned char take() {
    if (early_ >= 0) return static_cast<unsigned char>(std::exchange(early_, -1));
    return static_cast<unsigned char>(regs_.template read<typename R::Urxh>());
  }
  [[nodiscard]] bool has_room() const {
    return !R::Ufstat::TxFull::in(regs_.template read<typename R::Ufstat>());
  }
  void put(unsigned char byte) { regs_.template write<typename R::Utxh>(byte); }
  [[nodiscard]] bool sending() const {
    return !R::Utrstat::TxEmpty::in(regs_.template read<typename R::Utrstat>());
  }
  void receive_interrupt(bool on) { mask(R::Ints::Rx::kMask, on); }
  [[nodiscard]] bool received() const { return R::Ints::Rx::in(regs_.template read<typename R::Uintp>()); }
  void acknowledge() { regs_.template write<typename R::Uintp>(R::Ints::Rx::kMask); }

  void send_interrupt(bool on) { mask(R::Ints::Tx::kMask, on); }
  [[nodiscard]] bool sent() const { return R::Ints::Tx::in(regs_.template read<typename R::Uintp>()); }
  void acknowledge_sent() { regs_.template write<typename R::Uintp>(R::Ints::Tx::kMask); }

 private:
  using R = S3cUartRegs;
  void mask(std::uint32_t bit, bool on) {
    masked_ = on ? masked_ & ~bit : masked_ | bit;
    regs_.template write<typename R::Uintm>(masked_);
  }

  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
  std::uint32_t masked_ = R::Ints::kAll;
  int early_ = -1;  // a byte that came while the FIFO was off
};

template <class Bus>
class BasicS3cUart final : public UartConsole<S3cUartPort<Bus>> {
  using Base = UartConsole<S3cUartPort<Bus>>;

 public:
  static constexpr std::size_t kQueueSize = 2048;
  constexpr BasicS3cUart(Bus bus, std::uint32_t clock_hz) : Base{S3cUartPort<Bus>{bus, clock_hz}} {}
  void move_to(Bus bus) { this->port().move_to(bus); }

  // As the base's; sends by interrupt, too, from now on.
  void start_interrupts() {
    this->start_receive();
    queueing_ = true;
  }
  // Interrupt context. True if the device interrupted; `received` if there may be input.
  bool on_interrupt(bool& received);

  // With interrupts off it sends all that is queued first and waits for it: up to 0.2 s at 115200 baud, but what was said
  // before a machine hangs has been said.
  void write(const char* text, std::size_t size) override;
  void flush() override;

 private:
  void put(char c);
  void fill_fifo();
  void send_queued();  // polled, whole

  Ring<char, kQueueSize> queue_{};
  bool queueing_ = false;
};

using S3cUart = BasicS3cUart<Mmio>;
extern template class UartConsole<S3cUartPort<Mmio>>;
extern template class BasicS3cUart<Mmio>;

}  // namespace mink::drivers
