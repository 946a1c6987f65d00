// SPDX-License-Identifier: MIT
// BasicPl181, for any bus: pl181.cpp makes it for the machine, a test for its register file.
#pragma once
#include <arch/irq.hpp>
#include <drivers/pl181.hpp>

namespace mink::drivers {

template <class Bus>
void BasicPl181<Bus>::power_off() {
  quiet();
  regs_.template write<typename R::Clock>(0);
  regs_.template write<typename R::Power>(R::Power::kOff);
}

// No interrupt, no transfer, an empty FIFO, and nothing remembered of before.
template <class Bus>
void BasicPl181<Bus>::quiet() {
  mask(0, 0);
  phase_ = Phase::Idle;
  regs_.template write<typename R::DataCtrl>(0);
  regs_.template write<typename R::Command>(0);
  for (unsigned i = 0; i < 2 * R::kFifoWords && B::RxDataAvlbl::in(status()); ++i) {
    static_cast<void>(regs_.template read<typename R::Fifo>());
  }
  regs_.template write<typename R::Clear>(B::kStatic);
}

template <class Bus>
void BasicPl181<Bus>::mask(std::uint32_t events, std::uint32_t fifo) {
  events_ = events;
  fifo_events_ = fifo;
  regs_.template write<typename R::Mask0>(events);
  regs_.template write<typename R::Mask1>(fifo);
}

template <class Bus>
void BasicPl181<Bus>::power_up() {
  quiet();
  regs_.template write<typename R::Power>(R::Power::kUp);
  wait_.sleep_ms(kSupplyMs);
  regs_.template write<typename R::Power>(R::Power::kOn);
}

template <class Bus>
void BasicPl181<Bus>::set_clock(std::uint32_t hz) {
  std::uint32_t divisor = (clock_hz_ + 2 * hz - 1) / (2 * hz);
  if (divisor == 0) divisor = 1;
  if (divisor > 256) divisor = 256;
  card_hz_ = clock_hz_ / (2 * divisor);
  regs_.template write<typename R::Clock>(R::Clock::ClkDiv::put(divisor - 1) | R::Clock::Enable::put(1));
}

template <class Bus>
Err BasicPl181<Bus>::run(MciCommand& command) {
  quiet();
  no_crc_ = command.answer_kind == MciAnswer::ShortNoCrc;
  stop_on_ = command.stop_on;
  at_ = command.words;
  left_ = command.blocks * (kMciBlock / 4);
  if (command.data == MciData::Read) {
    // The card may begin right behind its answer, so the data path listens before the command goes out.
    start_data(command);
    wait_.arm();
    {
      const arch::IrqGuard guard;
      phase_ = Phase::Receive;
      send(command);
      mask(B::kCommandErrors | B::CmdRespEnd::kMask | B::kDataErrors | B::DataEnd::kMask,
           B::RxFifoHalfFull::kMask);
    }
    const Err e = wait_for(kDataMs);
    const Err answered = take_answer(command);
    return ok(e) ? answered : e;
  }
  wait_.arm();
  {
    const arch::IrqGuard guard;
    phase_ = Phase::Command;
    send(command);
    mask(B::kCommandErrors | B::CmdRespEnd::kMask | B::CmdSent::kMask, 0);
  }
  Err e = wait_for(kCommandMs);
  if (!ok(e)) return e;
  e = take_answer(command);
  if (!ok(e) || command.data == MciData::None) return e;
  if ((command.answer[0] & command.stop_on) != 0) return Err::Io;
  regs_.template write<typename R::Clear>(B::kStatic);
  wait_.arm();
  {
    const arch::IrqGuard guard;
    phase_ = Phase::Send;
    start_data(command);
    mask(B::kDataErrors | B::DataEnd::kMask, B::TxFifoHalfEmpty::kMask);
  }
  return wait_for(kDataMs);
}

template <class Bus>
void BasicPl181<Bus>::send(const MciCommand& command) {
  using C = typename R::Command;
  regs_.template write<typename R::Argument>(command.argument);
  regs_.template write<C>(C::Index::put(command.index) | C::Enable::put(1) |
                          C::Response::put(command.answer_kind != MciAnswer::None) |
                          C::LongRsp::put(command.answer_kind == MciAnswer::Long));
}

template <class Bus>
void BasicPl181<Bus>::start_data(const MciCommand& command) {
  using D = typename R::DataCtrl;
  static_assert(kMciBlock == 1u << 9);
  regs_.template write<typename R::DataTimer>(card_hz_ / 1000 * (kDataMs / 2));
  regs_.template write<typename R::DataLength>(command.blocks * kMciBlock);
  regs_.template write<D>(D::BlockSize::put(9) | D::FromCard::put(command.data == MciData::Read) |
                          D::Enable::put(1));
}

template <class Bus>
Err BasicPl181<Bus>::wait_for(unsigned ms) {
  if (wait_.wait(ms)) return result_;
  const arch::IrqGuard guard;
  mask(0, 0);
  if (phase_ == Phase::Idle) return result_;  // it came at the last moment
  phase_ = Phase::Idle;
  ++lost_interrupts_;
  return Err::TimedOut;
}

template <class Bus>
Err BasicPl181<Bus>::take_answer(MciCommand& command) {
  const std::uint32_t now = status();
  if (command.answer_kind == MciAnswer::None) return B::CmdSent::in(now) ? Err::Ok : Err::TimedOut;
  if (!B::CmdRespEnd::in(now) && !(no_crc_ && B::CmdCrcFail::in(now))) {
    return B::CmdCrcFail::in(now) ? Err::IlSeq : Err::TimedOut;
  }
  command.answer[0] = regs_.template read<typename R::template Response<0>>();
  if (command.answer_kind == MciAnswer::Long) {
    command.answer[1] = regs_.template read<typename R::template Response<1>>();
    command.answer[2] = regs_.template read<typename R::template Response<2>>();
    command.answer[3] = regs_.template read<typename R::template Response<3>>();
  }
  return Err::Ok;
}

// --- from here on: the handler ---

template <class Bus>
bool BasicPl181<Bus>::on_interrupt() {
  const arch::IrqGuard guard;
  const std::uint32_t now = status();
  if ((now & (events_ | fifo_events_)) == 0) return false;
  if (phase_ == Phase::Command) {
    on_command(now);
  } else {
    on_data(now);
  }
  return true;
}

template <class Bus>
void BasicPl181<Bus>::finish(Err result) {
  mask(0, 0);
  result_ = result;
  phase_ = Phase::Idle;
  wait_.finished();
}

template <class Bus>
Err BasicPl181<Bus>::error_of(std::uint32_t status) {
  if (((status & (B::CmdCrcFail::kMask | B::DataCrcFail::kMask)) != 0)) return Err::IlSeq;
  if (((status & (B::CmdTimeOut::kMask | B::DataTimeOut::kMask)) != 0)) return Err::TimedOut;
  return Err::Io;
}

template <class Bus>
void BasicPl181<Bus>::on_command(std::uint32_t status) {
  const std::uint32_t errors =
      status & (no_crc_ ? B::CmdTimeOut::kMask : B::kCommandErrors);  // see MciAnswer::ShortNoCrc
  finish(errors != 0 ? error_of(errors) : Err::Ok);
}

template <class Bus>
void BasicPl181<Bus>::on_data(std::uint32_t status) {
  if (const std::uint32_t errors = status & events_ & (B::kCommandErrors | B::kDataErrors); errors != 0) {
    return finish(error_of(errors));
  }
  if ((status & events_ & B::CmdRespEnd::kMask) != 0) {
    if ((regs_.template read<typename R::template Response<0>>() & stop_on_) != 0) return finish(Err::Io);
    mask(events_ & ~B::CmdRespEnd::kMask, fifo_events_);
  }
  if (phase_ == Phase::Receive) {
    if (B::DataEnd::in(status)) {
      receive(R::kFifoWords, true);
      finish(left_ == 0 ? Err::Ok : Err::Io);
    } else if (B::RxFifoHalfFull::in(status)) {
      receive(R::kHalfFifo, false);
    }
    return;
  }
  if (B::DataEnd::in(status)) return finish(left_ == 0 ? Err::Ok : Err::Io);
  if (B::TxFifoHalfEmpty::in(status)) transmit();
}

// checked: the FIFO is asked before each word; else it has `most`.
template <class Bus>
void BasicPl181<Bus>::receive(unsigned most, bool checked) {
  for (; most != 0 && left_ != 0; --most, --left_) {
    if (checked && !B::RxDataAvlbl::in(status())) return;
    *at_++ = regs_.template read<typename R::Fifo>();
  }
}

template <class Bus>
void BasicPl181<Bus>::transmit() {
  for (unsigned i = 0; i < R::kHalfFifo && left_ != 0; ++i, --left_)
    regs_.template write<typename R::Fifo>(*at_++);
  if (left_ == 0) mask(events_, 0);  // now the end is awaited, not room
}

}  // namespace mink::drivers
