// SPDX-License-Identifier: MIT
// An SDHCI with a card in its slot, as its standard describes it, and unforgiving: what the standard forbids fails the test.
// The sections are those of drivers/sdhci_regs.hpp.
#pragma once
#include <drivers/sdhci_regs.hpp>

#include "fakes/register_file.hpp"
#include "fakes/sd_card_model.hpp"

namespace mink::fakes {

class SdhciModel final : public RegisterFile, public SdCardModel {
 public:
  using R = drivers::SdhciRegs;
  using B = R::Bits;
  using S = drivers::S3cSdhciRegs;

  explicit SdhciModel(std::uint32_t sectors, bool big = false) : SdCardModel{sectors, big} {
    // What a boot loader may leave.
    at<R::SignalEnable>() = at<R::StatusEnable>() = B::kAll;
    status_ = B::TransferComplete::kMask;
    at<R::Clock>() = 0x0e'0207;
  }

  // What goes wrong, besides the card.
  bool reset_hangs = false, clock_hangs = false, lines_stuck = false;
  int end_early = -1;     // in the nth block of data the transfer ends
  bool told_late = true;  // a read is complete when its last word is fetched; else when it is in the buffer

  unsigned longest_burst = 0;  // data port accesses between two calls of interrupting()
  unsigned line_resets = 0;
  std::uint32_t clock_when_idle = 0;  // Clock at the last CMD0

  bool interrupting() {
    burst_ = 0;
    if (++looks_ % 3 == 0) step();  // the card is slower than the handler
    return (live_status() & at<R::SignalEnable>()) != 0;
  }

  std::uint32_t load(std::size_t offset) override {
    switch (offset) {
      case R::Clock::kOffset: {
        const std::uint32_t now = at<R::Clock>();
        if (slow_ != 0 && --slow_ == 0) settle();
        return now;
      }
      case R::Present::kOffset:
        return present();
      case R::Status::kOffset:
        return live_status();
      case R::Data::kOffset:
        return take();
      default:
        return RegisterFile::load(offset);
    }
  }

  void store(std::size_t offset, std::uint32_t value) override {
    CHECK_EQUAL(0u, at<R::Clock>() & kResets);  // 2.2.16: not before a reset has ended
    switch (offset) {
      case R::Status::kOffset:
        status_ &= ~value;
        return;
      case R::Data::kOffset:
        return put(value);
      case R::Clock::kOffset:
        return set_clock(value);
      case R::Host::kOffset:
        // 3.3: the voltage first
        if (P::Power::in(value)) CHECK_EQUAL(P::k3V3, P::Voltage::get(at<R::Host>()));
        break;
      case R::Block::kOffset:
        CHECK_FALSE(transferring_);
        break;
      case R::Command::kOffset:
        RegisterFile::store(offset, value);
        return execute(value);
      case S::Control2::kOffset:
      case S::Control3::kOffset:
        CHECK_FALSE(C::CardEnable::in(at<R::Clock>()));
        break;
      case R::Present::kOffset:
      case R::Response<0>::kOffset:
      case R::Response<1>::kOffset:
      case R::Response<2>::kOffset:
      case R::Response<3>::kOffset:
        FAIL("a register that is read only");
        break;
      default:
        break;
    }
    RegisterFile::store(offset, value);
  }

 private:
  using C = R::Clock;
  using P = R::Host;
  using K = R::Command;
  static constexpr std::uint32_t kResets = C::ResetAll::kMask | C::ResetCommand::kMask | C::ResetData::kMask;
  static constexpr std::size_t kBlockWords = 128;

  void latch(std::uint32_t bits) { status_ |= bits & at<R::StatusEnable>(); }
  [[nodiscard]] std::uint32_t live_status() const {
    return status_ | ((status_ & B::kErrors) != 0 ? B::Error::kMask : 0);
  }
  [[nodiscard]] std::uint32_t present() const {
    return R::Present::CommandInhibit::put(command_stuck_ || waiting_ || lines_stuck) |
           R::Present::DataInhibit::put(transferring_ || data_stuck_) |
           R::Present::ReadEnable::put(reading_ && !buffer_.empty()) | R::Present::WriteEnable::put(room_);
  }

  // 2.2.14, 2.2.16 and 3.2.
  void set_clock(std::uint32_t value) {
    const std::uint32_t before = at<R::Clock>();
    if (C::CardEnable::in(value)) {
      CHECK_TRUE(C::InternalStable::in(before));
      // The divider stays while the card has a clock, and when it gets it.
      CHECK_EQUAL(C::Divider::get(before), C::Divider::get(value));
      const std::uint32_t divider = C::Divider::get(value);
      CHECK_EQUAL(0u, divider & (divider - 1));
    }
    at<R::Clock>() = (value & ~C::InternalStable::kMask) |
                     (C::InternalEnable::in(value) ? before & C::InternalStable::kMask : 0);
    slow_ = 3;
    if ((value & (C::ResetCommand::kMask | C::ResetData::kMask)) != 0) ++line_resets;
    note(R::Clock::kOffset, value);
  }
  // After a while: the clock is stable, resets have ended.
  void settle() {
    std::uint32_t& clock = at<R::Clock>();
    if (C::InternalEnable::in(clock) && !clock_hangs) clock |= C::InternalStable::kMask;
    if ((clock & kResets) == 0 || reset_hangs) return;
    if (C::ResetAll::in(clock)) {
      clock = 0;
      at<R::Host>() = at<R::SignalEnable>() = at<R::StatusEnable>() = status_ = 0;
      command_stuck_ = waiting_ = false;
      end_data();
    }
    if (C::ResetCommand::in(clock)) command_stuck_ = waiting_ = false;
    if (C::ResetData::in(clock)) end_data();
    clock &= ~kResets;
  }
  void end_data() { transferring_ = reading_ = room_ = data_stuck_ = false; }

  // 3.7.1.
  void execute(std::uint32_t value) {
    using namespace drivers::sd;
    CHECK_TRUE(P::Power::in(at<R::Host>()) && C::CardEnable::in(at<R::Clock>()));
    CHECK_EQUAL(0u, present() & R::Present::CommandInhibit::kMask);
    CHECK_EQUAL(0u, live_status());
    const unsigned index = K::Index::get(value);
    const bool data = index == kRead || index == kReadMany || index == kWrite || index == kWriteMany;
    const bool many = index == kReadMany || index == kWriteMany;
    reading_ = index == kRead || index == kReadMany;
    const bool is_long = index == kAllSendCid || index == kSendCsd;
    const bool no_answer = index == kGoIdle;
    const bool checked = !no_answer && index != kAppOpCond;
    CHECK_EQUAL(data, K::Data::in(value));
    CHECK_EQUAL(no_answer ? K::kNone : is_long ? K::kLong : K::kShort, K::Answer::get(value));
    CHECK_EQUAL(checked, K::CheckCrc::in(value));
    CHECK_EQUAL(checked && !is_long, K::CheckIndex::in(value));
    CHECK_EQUAL(index == kStop ? K::kAbort : 0u, K::Type::get(value));
    CHECK_EQUAL(reading_, K::FromCard::in(value));
    CHECK_EQUAL(many, K::MultiBlock::in(value));
    CHECK_EQUAL(many, K::CountEnable::in(value));
    if (data) {
      CHECK_EQUAL(0u, present() & R::Present::DataInhibit::kMask);
      CHECK_EQUAL(512u, R::Block::Size::get(at<R::Block>()));
      blocks_ = R::Block::Count::get(at<R::Block>());
      CHECK_TRUE(many ? blocks_ > 1 : blocks_ == 1);
      buffer_.clear();
    }
    if (index == kGoIdle) clock_when_idle = at<R::Clock>();
    waiting_ = true;
    transferring_ = data;
    answered_ = command(index, at<R::Argument>(), answer_) || no_answer;
    is_long_ = is_long;
  }

  // Something happens: an answer, then a block at a time.
  void step() {
    if (waiting_) return answer();
    if (!transferring_ || data_stuck_) return;
    if (reading_ && buffer_.empty()) {
      load_block();
    } else if (!reading_ && !room_) {
      if (buffer_.size() == kBlockWords) store_block();
      if (transferring_ && blocks_ != 0 && receives()) {
        room_ = true;
        latch(B::WriteReady::kMask);
      }
    }
  }
  void answer() {
    waiting_ = false;
    if (!answered_) {
      command_stuck_ = true;
      data_stuck_ = transferring_;
      return latch(B::CommandTimeout::kMask);
    }
    for (unsigned i = 0; i < 4; ++i) {
      std::uint32_t word = answer_[0];  // 2.2.7: of a long one without its lowest byte
      if (is_long_) word = answer_[3 - i] >> 8 | (i == 3 ? 0 : answer_[2 - i] << 24);
      if (is_long_ || i == 0) words[R::Response<0>::kOffset / 4 + i] = word;
    }
    latch(B::CommandComplete::kMask);
  }
  void load_block() {
    if (blocks_ == 0 || !sends()) return;
    if (due(end_early)) return complete();
    for (std::size_t i = 0; i < kBlockWords; ++i) {
      std::uint32_t word = 0;
      if (!read_word(word)) return break_off();
      buffer_.push_back(word);
    }
    latch(B::ReadReady::kMask);
    if (--blocks_ == 0 && !told_late) complete_but_for_the_buffer();
  }
  void store_block() {
    if (due(end_early)) return complete();
    for (const std::uint32_t word : buffer_) {
      if (!write_word(word)) return break_off();
    }
    buffer_.clear();
    if (--blocks_ == 0) complete();
  }
  void break_off() {
    buffer_.clear();
    data_stuck_ = true;
    latch(B::DataCrc::kMask);
  }
  void complete() {
    end_data();
    if (!due(faults.interrupt)) latch(B::TransferComplete::kMask);
  }
  void complete_but_for_the_buffer() {
    transferring_ = false;
    if (!due(faults.interrupt)) latch(B::TransferComplete::kMask);
  }

  std::uint32_t take() {
    CHECK_TRUE(reading_ && !buffer_.empty());  // the driver reads what is not there
    count();
    if (buffer_.empty()) return 0;
    const std::uint32_t word = buffer_.front();
    buffer_.erase(buffer_.begin());
    if (!buffer_.empty() || !transferring_) return word;
    // Another block may be ready at once: its event must not be taken for this one's.
    if (blocks_ == 0) {
      complete();
    } else if (blocks_ % 2 != 0) {
      load_block();
    }
    return word;
  }
  void put(std::uint32_t word) {
    CHECK_TRUE(room_);
    count();
    buffer_.push_back(word);
    if (buffer_.size() == kBlockWords) room_ = false;
  }
  void count() {
    ++burst_;
    if (burst_ > longest_burst) longest_burst = burst_;
  }

  std::uint32_t status_ = 0;
  unsigned slow_ = 0;  // loads of Clock until it settles
  bool waiting_ = false, answered_ = false, is_long_ = false;
  bool transferring_ = false, reading_ = false, room_ = false;
  bool command_stuck_ = false, data_stuck_ = false;
  std::uint32_t answer_[4] = {};
  unsigned blocks_ = 0, burst_ = 0, looks_ = 0;
  std::vector<std::uint32_t> buffer_;
};

}  // namespace mink::fakes
