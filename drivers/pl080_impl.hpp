// SPDX-License-Identifier: MIT
// BasicPl080, for any bus: pl080.cpp makes it for the machine, a test for its register file.
#pragma once
#include <algorithm>
#include <arch/barrier.hpp>
#include <arch/irq.hpp>
#include <drivers/pl080.hpp>

namespace mink::drivers {

template <class Bus, class Layout>
Err BasicPl080<Bus, Layout>::init() {
  if (pool_ == nullptr) pool_ = dma_pool_create("pl080", &device_, sizeof(Item), kItemAlign, 0);
  if (pool_ == nullptr) return Err::NoMem;
  for (unsigned n = 0; n < R::kChannels; ++n) channel(n).template write<Config>(0);
  regs().template write<R::IntTcClear>((1u << R::kChannels) - 1);
  regs().template write<R::IntErrClr>((1u << R::kChannels) - 1);
  regs().template write<R::Configuration>(R::Configuration::Enable::put(1));
  return Err::Ok;
}

// --- the list of transfers ---

template <class Bus, class Layout>
auto BasicPl080<Bus, Layout>::new_item() -> Item* {
  {
    const arch::IrqGuard guard;
    if (Item* const item = spare_; item != nullptr) {
      spare_ = item->next;
      return item;
    }
  }
  dma_addr_t bus = 0;
  auto* const item = static_cast<Item*>(dma_pool_alloc(pool_, GFP_ATOMIC | __GFP_NOWARN, &bus));
  if (item != nullptr) item->bus = static_cast<std::uint32_t>(bus);
  return item;
}

// In one step, however long the list is: interrupts are off.
template <class Bus, class Layout>
void BasicPl080<Bus, Layout>::give_back(Copy& copy) {
  if (copy.engine.first == nullptr) return;
  const arch::IrqGuard guard;
  static_cast<Item*>(copy.engine.last)->next = spare_;
  spare_ = static_cast<Item*>(copy.engine.first);
  copy.engine.first = copy.engine.last = nullptr;
}

// By words as far as both addresses allow, else by half-words or bytes: 3.4.17, addresses are aligned to the width.
template <class Bus, class Layout>
Err BasicPl080<Bus, Layout>::build(Copy& copy) {
  std::uint32_t* words = nullptr;
  for (const kernel::DmaSegment& s : copy.segments) {
    auto to = static_cast<std::uint32_t>(s.to), from = static_cast<std::uint32_t>(s.from);
    for (std::size_t left = s.bytes; left != 0;) {
      unsigned width = 2;
      while (((to | from) & ((1u << width) - 1)) != 0 || left < 1u << width) --width;
      const auto units = static_cast<std::uint32_t>(std::min<std::size_t>(left >> width, Layout::kMostUnits));
      if (words == nullptr) {
        words = copy.engine.head;
      } else {
        Item* const item = new_item();
        if (item == nullptr) return Err::NoMem;
        words[kNext] = item->bus;
        if (copy.engine.first == nullptr) {
          copy.engine.first = item;
        } else {
          static_cast<Item*>(copy.engine.last)->next = item;
        }
        copy.engine.last = item;
        words = item->words;
      }
      words[kFrom] = from;
      words[kTo] = to;
      words[kNext] = 0;
      words[kControl] = C::SrcBurst::put(C::kBurst4) | C::DestBurst::put(C::kBurst4) |
                        C::SrcWidth::put(width) | C::DestWidth::put(width) | C::SrcIncrement::put(1) |
                        C::DestIncrement::put(1) | C::Privileged::put(1) |
                        (Layout::kSizeApart ? 0 : C::Size::put(units));
      words[kSize] = units;
      from += units << width;
      to += units << width;
      left -= std::size_t{units} << width;
    }
  }
  words[kControl] |= C::TcInterrupt::put(1);  // of the last one: when all is done
  return Err::Ok;
}

// --- copies ---

template <class Bus, class Layout>
Err BasicPl080<Bus, Layout>::submit(Copy& copy) {
  if (copy.segments.empty()) return Err::Inval;
  for (const kernel::DmaSegment& s : copy.segments) {
    if (s.bytes == 0 || s.to + (s.bytes - 1) < s.to || s.from + (s.bytes - 1) < s.from) return Err::Inval;
  }
  copy.engine = {};
  copy.result = Err::Ok;
  if (const Err e = build(copy); !ok(e)) {
    give_back(copy);
    return e;
  }
  const arch::IrqGuard guard;
  if (start(copy)) return Err::Ok;
  if (waiting_ == nullptr) {
    waiting_ = &copy;
  } else {
    last_waiting_->engine.next = &copy;
  }
  last_waiting_ = &copy;
  return Err::Ok;
}

// 2.4.1: channel 0 is the most urgent, and its bursts keep others off the bus; a copy can wait, so it takes the last.
template <class Bus, class Layout>
bool BasicPl080<Bus, Layout>::start(Copy& copy) {
  for (unsigned n = R::kChannels; n-- != 0;) {
    if (running_[n] != nullptr) continue;
    begin(n, copy);
    return true;
  }
  return false;
}

template <class Bus, class Layout>
void BasicPl080<Bus, Layout>::begin(unsigned n, Copy& copy) {
  running_[n] = &copy;
  const std::uint32_t* const words = copy.engine.head;
  const auto c = channel(n);
  c.template write<R::SrcAddr>(words[kFrom]);
  c.template write<R::DestAddr>(words[kTo]);
  c.template write<R::Lli>(words[kNext]);
  c.template write<R::Control>(words[kControl]);
  if constexpr (Layout::kSizeApart) c.template write<typename Layout::Size>(words[kSize]);
  // The list is in memory that is not cached, but bufferable: it is there before the channel looks.
  arch::dsb();
  c.template write<Config>(Config::Enable::put(1) | Config::ErrorInterrupt::put(1) |
                           Config::TcInterrupt::put(1));
  // QEMU's PL080 looks after its interrupt line only when a register that is no channel's is written. 0 clears nothing.
  regs().template write<R::IntTcClear>(0);
}

// A channel is free.
template <class Bus, class Layout>
void BasicPl080<Bus, Layout>::begin_next() {
  Copy* const next = waiting_;
  if (next == nullptr) return;
  waiting_ = next->engine.next;
  start(*next);
}

// 3.6.4: without losing what is in the FIFO: halt, wait until it is idle, disable.
template <class Bus, class Layout>
void BasicPl080<Bus, Layout>::stop(unsigned n) {
  constexpr unsigned kPatience = 100'000;
  const auto c = channel(n);
  c.template write<Config>(Config::Enable::put(1) | Config::Halt::put(1));
  for (unsigned i = 0; i < kPatience && Config::Active::in(c.template read<Config>()); ++i) {
  }
  c.template write<Config>(0);
  regs().template write<R::IntTcClear>(1u << n);
  regs().template write<R::IntErrClr>(1u << n);
}

template <class Bus, class Layout>
bool BasicPl080<Bus, Layout>::cancel(Copy& copy) {
  const arch::IrqGuard guard;
  Copy* before = nullptr;
  for (Copy* c = waiting_; c != nullptr; before = c, c = c->engine.next) {
    if (c != &copy) continue;
    (before == nullptr ? waiting_ : before->engine.next) = c->engine.next;
    if (last_waiting_ == c) last_waiting_ = before;
    give_back(copy);
    ++figures_.cancelled;
    return true;
  }
  for (unsigned n = 0; n < R::kChannels; ++n) {
    if (running_[n] != &copy) continue;
    stop(n);
    running_[n] = nullptr;
    give_back(copy);
    ++figures_.cancelled;
    begin_next();
    return true;
  }
  return false;
}

template <class Bus, class Layout>
bool BasicPl080<Bus, Layout>::on_interrupt() {
  const arch::IrqGuard guard;
  const std::uint32_t errors = regs().template read<R::IntErrorStatus>();
  const std::uint32_t ended = regs().template read<R::IntTcStatus>();
  if ((errors | ended) == 0) return false;
  arch::dmb();  // memory that is not cached is read after the status that says what was written there
  regs().template write<R::IntTcClear>(ended);
  regs().template write<R::IntErrClr>(errors);
  for (unsigned n = 0; n < R::kChannels; ++n) {
    if (((errors | ended) >> n & 1) == 0) continue;
    Copy* const copy = running_[n];
    if (copy == nullptr) continue;
    if ((errors >> n & 1) != 0) stop(n);
    running_[n] = nullptr;
    begin_next();
    copy->result = (errors >> n & 1) != 0 ? Err::Io : Err::Ok;
    ok(copy->result) ? ++figures_.copies : ++figures_.errors;
    give_back(*copy);
    if (copy->done != nullptr) copy->done(*copy);
  }
  return true;
}

}  // namespace mink::drivers
