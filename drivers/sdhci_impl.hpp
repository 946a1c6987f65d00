// SPDX-License-Identifier: MIT
// BasicSdhci, for any bus: sdhci.cpp makes it for the machine, a test for its register file. The sections are those of
// sdhci_regs.hpp's standard.
#pragma once
#include <base/log.h>

#include <arch/irq.hpp>
#include <drivers/sd_protocol.hpp>
#include <drivers/sdhci.hpp>

namespace mink::drivers {

// Polls a while, then once a millisecond. False: it did not within `ms`.
template <class Bus>
template <class Register>
bool BasicSdhci<Bus>::becomes(std::uint32_t mask, std::uint32_t value, unsigned ms) {
  constexpr unsigned kPolls = 100;
  for (unsigned i = 0; i < kPolls; ++i) {
    if ((regs_.template read<Register>() & mask) == value) return true;
  }
  for (; ms != 0; --ms) {
    wait_.sleep_ms(1);
    if ((regs_.template read<Register>() & mask) == value) return true;
  }
  return false;
}

template <class Bus>
void BasicSdhci<Bus>::reset(std::uint32_t what) {
  const std::uint32_t clock = regs_.template read<typename R::Clock>();
  regs_.template write<typename R::Clock>(clock | what);
  if (!becomes<typename R::Clock>(what, 0, kResetMs)) {
    printk(KERN_ERR "sdhci: reset %x does not end\n", static_cast<unsigned>(what));
  }
}

// 3.10.1: after an error the command and data circuits are stuck until they are reset; one by one, as every driver does and
// QEMU expects it.
template <class Bus>
void BasicSdhci<Bus>::reset_lines() {
  reset(R::Clock::ResetCommand::kMask);
  reset(R::Clock::ResetData::kMask);
}

template <class Bus>
void BasicSdhci<Bus>::power_off() {
  signal(0);
  card_hz_ = 0;
  reset(R::Clock::ResetAll::kMask);  // power and clock as well
}

template <class Bus>
void BasicSdhci<Bus>::power_up() {
  using H = typename R::Host;
  power_off();
  regs_.template write<typename R::StatusEnable>(B::kAll);
  regs_.template write<H>(H::Voltage::put(H::k3V3));
  regs_.template write<H>(H::Voltage::put(H::k3V3) | H::Power::put(1));
  wait_.sleep_ms(kSupplyMs);
}

// The card's clock is off. The bits are those that the manual wants for every card; the source is that of clock_hz.
template <class Bus>
void BasicSdhci<Bus>::select_clock_source() {
  if (kind_ != SdhciKind::S3c6410) return;
  using S = S3cSdhciRegs;
  using C = S::Control2;
  regs_.template write<S::Control4>(S::Control4::Drive::put(S::Control4::k9mA));
  regs_.template write<C>(C::AsyncStatusClear::put(1) | C::MaskCommandConflict::put(1) |
                          C::FeedbackClockRx::put(1) | C::HoldClock::put(1) |
                          C::ClockSource::put(C::kSclkMmc));
  regs_.template write<S::Control3>(S::kDelays);
}

// 3.2.
template <class Bus>
void BasicSdhci<Bus>::set_clock(std::uint32_t hz) {
  using C = typename R::Clock;
  std::uint32_t divider = 1;
  while (divider < 256 && clock_hz_ / divider > hz) divider *= 2;
  regs_.template write<C>(0);
  select_clock_source();
  card_hz_ = clock_hz_ / divider;
  // Patience with a card that sends or takes no data: at least a quarter of a second (4.6.2 of the card's specification).
  std::uint32_t timeout = 0;
  while (timeout < 14 && 1u << (13 + timeout) < card_hz_ / 4) ++timeout;
  const std::uint32_t on =
      C::Divider::put(divider / 2) | C::Timeout::put(timeout) | C::InternalEnable::put(1);
  regs_.template write<C>(on);
  if (!becomes<C>(C::InternalStable::kMask, C::InternalStable::kMask, kClockMs)) {
    printk(KERN_ERR "sdhci: the clock does not become stable\n");
    card_hz_ = 0;
    return;
  }
  regs_.template write<C>(on | C::CardEnable::put(1));
}

template <class Bus>
Err BasicSdhci<Bus>::run(MciCommand& command) {
  if (card_hz_ == 0) return Err::TimedOut;
  const bool data = command.data != MciData::None;
  Err e = wait_free(data);
  if (ok(e)) {
    data_ = command.data;
    at_ = command.words;
    left_ = data ? command.blocks * kBlockWords : 0;
    stop_on_ = command.stop_on;
    wait_.arm();
    {
      const arch::IrqGuard guard;
      busy_ = true;
      send(command);
    }
    e = wait_for(data ? kDataMs : kCommandMs);
  }
  if (!ok(e)) {
    reset_lines();
    return e;
  }
  take_answer(command);
  return Err::Ok;
}

// 3.7.1.1: what went before has left the lines.
template <class Bus>
Err BasicSdhci<Bus>::wait_free(bool data) {
  using P = typename R::Present;
  const std::uint32_t inhibits = P::CommandInhibit::kMask | (data ? P::DataInhibit::kMask : 0);
  return becomes<P>(inhibits, 0, kFreeMs) ? Err::Ok : Err::TimedOut;
}

template <class Bus>
void BasicSdhci<Bus>::send(const MciCommand& command) {
  using C = typename R::Command;
  const MciAnswer kind = command.answer_kind;
  std::uint32_t word = C::Index::put(command.index) | C::CheckIndex::put(kind == MciAnswer::Short) |
                       C::CheckCrc::put(kind == MciAnswer::Short || kind == MciAnswer::Long) |
                       C::Answer::put(kind == MciAnswer::None   ? C::kNone
                                      : kind == MciAnswer::Long ? C::kLong
                                                                : C::kShort);
  if (command.index == sd::kStop) word |= C::Type::put(C::kAbort);
  std::uint32_t events = B::kErrors | B::CommandComplete::kMask;
  if (data_ != MciData::None) {
    using K = typename R::Block;
    regs_.template write<K>(K::Size::put(kMciBlock) | K::Count::put(command.blocks));
    const bool many = command.blocks != 1;
    word |= C::Data::put(1) | C::FromCard::put(data_ == MciData::Read) | C::MultiBlock::put(many) |
            C::CountEnable::put(many);
    events |=
        B::TransferComplete::kMask | (data_ == MciData::Read ? B::ReadReady::kMask : B::WriteReady::kMask);
  }
  regs_.template write<typename R::Status>(B::kAll);
  signal(events);
  regs_.template write<typename R::Argument>(command.argument);
  regs_.template write<C>(word);
}

template <class Bus>
void BasicSdhci<Bus>::signal(std::uint32_t events) {
  signals_ = events;
  regs_.template write<typename R::SignalEnable>(events);
}

template <class Bus>
Err BasicSdhci<Bus>::wait_for(unsigned ms) {
  if (wait_.wait(ms)) return result_;
  const arch::IrqGuard guard;
  signal(0);
  if (!busy_) return result_;  // it came at the last moment
  ++lost_interrupts_;
  return Err::TimedOut;
}

template <class Bus>
void BasicSdhci<Bus>::take_answer(MciCommand& command) {
  if (command.answer_kind == MciAnswer::None) return;
  const std::uint32_t low = regs_.template read<typename R::template Response<0>>();
  if (command.answer_kind != MciAnswer::Long) {
    command.answer[0] = low;
    return;
  }
  const std::uint32_t words[] = {low, regs_.template read<typename R::template Response<1>>(),
                                 regs_.template read<typename R::template Response<2>>(),
                                 regs_.template read<typename R::template Response<3>>()};
  // The check sum, the lowest byte, is not there.
  for (unsigned i = 0; i < 3; ++i) command.answer[i] = words[3 - i] << 8 | words[2 - i] >> 24;
  command.answer[3] = words[0] << 8;
}

// --- from here on: the handler ---

template <class Bus>
bool BasicSdhci<Bus>::on_interrupt() {
  const arch::IrqGuard guard;
  const std::uint32_t now = regs_.template read<typename R::Status>() & signals_;
  if (now == 0) return false;
  if (const std::uint32_t errors = now & B::kErrors; errors != 0) {
    const bool crc = (errors & (B::CommandCrc::kMask | B::DataCrc::kMask)) != 0;
    // A time-out beside a wrong check sum: two were on the line (2.2.18).
    finish(crc ? Err::IlSeq : (errors & B::kTimeouts) != 0 ? Err::TimedOut : Err::Io);
    return true;
  }
  if (B::CommandComplete::in(now)) {
    regs_.template write<typename R::Status>(B::CommandComplete::kMask);
    if (data_ == MciData::None) {
      finish(Err::Ok);
      return true;
    }
    if ((regs_.template read<typename R::template Response<0>>() & stop_on_) != 0) {
      finish(Err::Io);
      return true;
    }
  }
  if (B::TransferComplete::in(now)) {
    on_transfer_complete();
  } else if (B::ReadReady::in(now)) {
    receive();
  } else if (B::WriteReady::in(now)) {
    transmit();
  }
  return true;
}

template <class Bus>
void BasicSdhci<Bus>::finish(Err result) {
  signal(0);
  result_ = result;
  busy_ = false;
  wait_.finished();
}

// The end may be told while the last words are still in the buffer; it stays told until they are fetched.
template <class Bus>
void BasicSdhci<Bus>::on_transfer_complete() {
  if (left_ != 0) {
    if (data_ != MciData::Read || !present(R::Present::ReadEnable::kMask)) return finish(Err::Io);
    receive();
  }
  if (left_ == 0) finish(Err::Ok);
}

// How many words now. With a block's last ones its event is taken back before they move: the next block's is a new one.
template <class Bus>
template <class Ready>
unsigned BasicSdhci<Bus>::next_burst() {
  const unsigned of_block = (left_ - 1) % kBlockWords + 1;
  if (of_block > kBurst) return kBurst;
  regs_.template write<typename R::Status>(Ready::kMask);
  if (left_ == of_block) signal(signals_ & ~Ready::kMask);  // from here on the end is awaited
  return of_block;
}

template <class Bus>
void BasicSdhci<Bus>::receive() {
  if (!present(R::Present::ReadEnable::kMask)) return finish(Err::Io);
  unsigned words = next_burst<typename B::ReadReady>();
  left_ -= words;
  for (; words != 0; --words) *at_++ = regs_.template read<typename R::Data>();
}

template <class Bus>
void BasicSdhci<Bus>::transmit() {
  if (!present(R::Present::WriteEnable::kMask)) return finish(Err::Io);
  unsigned words = next_burst<typename B::WriteReady>();
  left_ -= words;
  for (; words != 0; --words) regs_.template write<typename R::Data>(*at_++);
}

}  // namespace mink::drivers
