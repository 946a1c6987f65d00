// SPDX-License-Identifier: MIT
// A PL080 or PL080S as its manual describes it, memory to memory, with what can go wrong. Bus addresses are those of the
// kernel's memory on the host.
#pragma once
#include <CppUTest/TestHarness.h>

#include <arch/barrier.hpp>
#include <cstring>
#include <drivers/pl080_regs.hpp>
#include <mm/kernel_memory.hpp>

#include "fakes/register_file.hpp"

namespace mink::fakes {

template <class Layout>
class DmaModel final : public RegisterFile {
 public:
  using R = drivers::Pl080Regs;
  using C = R::Control;
  using Config = typename Layout::Config;
  static constexpr unsigned kMostItems = 4096;

  std::uint32_t bad = 0;  // a read of this page ends in a bus error
  bool busy = false;      // channels only begin; finish() lets them run
  unsigned items = 0;     // transfers made
  unsigned widest = 0;    // bytes of an access
  unsigned largest = 0;   // units of a transfer
  unsigned running = 0;   // channels now
  unsigned most_running = 0;
  unsigned dsbs_at_start = 0, dmbs_at_status = 0;  // barriers there had been, the last time

  [[nodiscard]] bool interrupting() const { return (tc_ | error_) != 0; }

  std::uint32_t load(std::size_t offset) override {
    if (offset == R::IntTcStatus::kOffset) {
      dmbs_at_status = fake_barriers.dmbs;
      return tc_;
    }
    if (offset == R::IntErrorStatus::kOffset) return error_;
    if (offset == R::IntStatus::kOffset) return tc_ | error_;
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    RegisterFile::store(offset, value);
    if (offset == R::IntTcClear::kOffset) tc_ &= ~value;
    if (offset == R::IntErrClr::kOffset) error_ &= ~value;
    if (offset >= R::kChannel0 && (offset - R::kChannel0) % R::kChannelStep == Config::kOffset)
      configure(static_cast<unsigned>((offset - R::kChannel0) / R::kChannelStep), value);
  }
  void finish() {
    for (unsigned n = 0; n < R::kChannels; ++n) {
      if (Config::Enable::in(word(n, Config::kOffset))) run(n);
    }
  }

 private:
  [[nodiscard]] std::uint32_t& word(unsigned n, std::size_t offset) {
    return words[(R::kChannel0 + n * R::kChannelStep + offset) / 4];
  }
  static unsigned char* memory(std::uint32_t bus) {
    return ptr_of<unsigned char>(mm::kernel_memory().pages.linear_of_phys(PhysAddr{bus}));
  }

  void configure(unsigned n, std::uint32_t value) {
    const bool starts = Config::Enable::in(value) && !Config::Halt::in(value);
    if (!starts) {
      if (!Config::Enable::in(value) && live_[n]) end(n);
      return;
    }
    CHECK_TRUE(R::Configuration::Enable::in(words[R::Configuration::kOffset / 4]));
    CHECK_FALSE(live_[n]);  // a channel at work is left alone
    live_[n] = true;
    dsbs_at_start = fake_barriers.dsbs;
    if (++running > most_running) most_running = running;
    if (!busy) run(n);
  }
  void end(unsigned n) {
    word(n, Config::kOffset) &= ~Config::Enable::kMask;
    live_[n] = false;
    --running;
  }

  void run(unsigned n) {
    const std::uint32_t config = word(n, Config::kOffset);
    for (unsigned i = 0;; ++i) {
      CHECK_TRUE(i < kMostItems);
      std::uint32_t& control = word(n, C::kOffset);
      std::uint32_t size = C::Size::get(control);
      if constexpr (Layout::kSizeApart) {
        CHECK_EQUAL(0u, size);  // reserved there
        size = word(n, Layout::Size::kOffset);
      }
      CHECK_TRUE(size != 0 && size <= Layout::kMostUnits);
      const unsigned width = 1u << C::SrcWidth::get(control);
      CHECK_EQUAL(C::SrcWidth::get(control), C::DestWidth::get(control));
      CHECK_TRUE(C::SrcIncrement::in(control) && C::DestIncrement::in(control));
      const std::uint32_t from = word(n, R::SrcAddr::kOffset), to = word(n, R::DestAddr::kOffset);
      CHECK_EQUAL(0u, (from | to) % width);  // 3.4.17
      ++items;
      if (width > widest) widest = width;
      if (size > largest) largest = size;
      if (bad != 0 && from <= bad && bad - from < size * width) {
        if (Config::ErrorInterrupt::in(config)) error_ |= 1u << n;
        return end(n);
      }
      std::memcpy(memory(to), memory(from), std::size_t{size} * width);
      if (C::TcInterrupt::in(control) && Config::TcInterrupt::in(config)) tc_ |= 1u << n;
      const std::uint32_t next = word(n, R::Lli::kOffset);
      if (next == 0) return end(n);
      CHECK_EQUAL(0u, tc_ >> n & 1);  // one interrupt, and that at the end
      CHECK_EQUAL(next / 1024, (next + 19) / 1024);
      std::uint32_t item[5];
      std::memcpy(item, memory(next), sizeof item);
      word(n, R::SrcAddr::kOffset) = item[0];
      word(n, R::DestAddr::kOffset) = item[1];
      word(n, R::Lli::kOffset) = item[2];
      control = item[3];
      if constexpr (Layout::kSizeApart) word(n, Layout::Size::kOffset) = item[4];
    }
  }

  std::uint32_t tc_ = 0, error_ = 0;
  bool live_[R::kChannels] = {};
};

}  // namespace mink::fakes
