// SPDX-License-Identifier: MIT
// A PL181 with an SD card in its slot, as the manuals describe them, and with what can go wrong; and a wait that makes
// its time pass.
#pragma once
#include <cstring>
#include <drivers/mci.hpp>
#include <drivers/pl181_regs.hpp>
#include <drivers/sd_protocol.hpp>
#include <vector>

#include "fakes/register_file.hpp"

namespace mink::fakes {

class MciModel final : public RegisterFile {
 public:
  using R = drivers::Pl181Regs;
  using B = R::Bits;

  explicit MciModel(std::uint32_t sectors, bool big = false) : image(sectors * 512), high_capacity{big} {
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<unsigned char>(i * 7 + i / 512);
  }

  // What goes wrong: each counts down to 0 and then happens once.
  struct Faults {
    int read_crc = -1;  // in the nth block read
    int write_crc = -1;
    int command = -1;    // the nth command is not answered
    int interrupt = -1;  // the end of the nth data transfer raises no interrupt
  } faults;
  bool card = true;  // in the slot
  std::uint32_t serial = 0x00be'efab;
  bool version1 = false;  // knows no CMD8
  unsigned power_up_asks = 3;
  unsigned busy_asks = 2;               // CMD13s until a write is programmed
  std::uint32_t write_protected = ~0u;  // sector whose write is refused

  std::vector<unsigned char> image;
  bool high_capacity;
  unsigned longest_burst = 0;  // FIFO accesses between two calls of interrupting()
  unsigned commands[64] = {};
  std::uint32_t block_length = 0;
  std::uint32_t clock_when_idle = 0;  // Clock at the last CMD0

  bool interrupting() {
    burst_ = 0;
    move();
    return (live_status() & (words[R::Mask0::kOffset / 4] | words[R::Mask1::kOffset / 4])) != 0;
  }

  std::uint32_t load(std::size_t offset) override {
    if (offset == R::Status::kOffset) {
      const std::uint32_t now = live_status();
      move();  // the card does not wait for the driver
      return now;
    }
    if (offset == R::Fifo::kOffset) return take();
    return RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    RegisterFile::store(offset, value);
    if (offset == R::Clear::kOffset) status_ &= ~value;
    if (offset == R::Fifo::kOffset) put(value);
    if (offset == R::DataCtrl::kOffset) start_data(value);
    if (offset == R::Command::kOffset && R::Command::Enable::in(value)) execute(value);
  }

 private:
  using D = R::DataCtrl;
  enum State : unsigned { kIdle = 0, kReady = 1, kIdent = 2, kStandBy = 3 };
  static constexpr std::uint32_t kRca = 0x4567'0000;

  [[nodiscard]] bool from_card() const { return D::FromCard::in(words[D::kOffset / 4]); }
  [[nodiscard]] std::uint32_t live_status() const {
    std::uint32_t s = status_;
    if (enabled_ && !from_card() && fifo_.size() <= R::kHalfFifo) s |= B::TxFifoHalfEmpty::kMask;
    if (from_card() && fifo_.size() >= R::kHalfFifo) s |= B::RxFifoHalfFull::kMask;
    if (from_card() && !fifo_.empty()) s |= B::RxDataAvlbl::kMask;
    return s;
  }
  static bool due(int& fault) { return fault >= 0 && fault-- == 0; }

  void start_data(std::uint32_t value) {
    enabled_ = D::Enable::in(value);
    if (!enabled_) return;
    left_ = words[R::DataLength::kOffset / 4] & 0xffff;
    CHECK_EQUAL(9u, D::BlockSize::get(value));
    fifo_.clear();
  }
  std::uint32_t take() {
    CHECK_TRUE(!fifo_.empty());  // the driver reads what is not there
    ++burst_;
    if (burst_ > longest_burst) longest_burst = burst_;
    if (fifo_.empty()) return 0;
    const std::uint32_t word = fifo_.front();
    fifo_.erase(fifo_.begin());
    return word;
  }
  void put(std::uint32_t word) {
    CHECK_TRUE(enabled_ && !from_card() && fifo_.size() < R::kFifoWords);
    ++burst_;
    if (burst_ > longest_burst) longest_burst = burst_;
    fifo_.push_back(word);
  }

  // The card's clock runs: up to a FIFO's worth moves.
  void move() {
    if (!enabled_ || left_ == 0 || !card) return;
    if (from_card()) {
      while (state_ == drivers::sd::kSending && left_ != 0 && fifo_.size() < R::kFifoWords) {
        if (at_ % 512 == 0 && due(faults.read_crc)) return fail(B::DataCrcFail::kMask);
        std::uint32_t word = 0;
        std::memcpy(&word, &image[at_], 4);
        fifo_.push_back(word);
        advance();
      }
    } else {
      while (state_ == drivers::sd::kReceiving && left_ != 0 && !fifo_.empty()) {
        if (at_ % 512 == 0 && due(faults.write_crc)) return fail(B::DataCrcFail::kMask);
        std::memcpy(&image[at_], &fifo_.front(), 4);
        fifo_.erase(fifo_.begin());
        advance();
      }
    }
  }
  void advance() {
    at_ += 4;
    left_ -= 4;
    if (!many_ && at_ % 512 == 0) state_ = from_card() ? drivers::sd::kTransfer : programming();
    if (left_ == 0 && !due(faults.interrupt)) status_ |= B::DataEnd::kMask;
  }
  void fail(std::uint32_t bit) {
    status_ |= bit;
    enabled_ = false;
    if (!many_) state_ = drivers::sd::kTransfer;
  }
  unsigned programming() {
    busy_ = busy_asks;
    return busy_ != 0 ? drivers::sd::kProgramming : drivers::sd::kTransfer;
  }

  void execute(std::uint32_t value) {
    const unsigned index = R::Command::Index::get(value);
    ++commands[index];
    std::uint32_t answer[4] = {};
    const bool answered =
        card && !due(faults.command) && serve(index, words[R::Argument::kOffset / 4], answer);
    if (!R::Command::Response::in(value)) {
      status_ |= B::CmdSent::kMask;
    } else if (!answered) {
      status_ |= B::CmdTimeOut::kMask;
    } else {
      // An answer without a check sum looks like one with a wrong one.
      status_ |= index == drivers::sd::kAppOpCond ? B::CmdCrcFail::kMask : B::CmdRespEnd::kMask;
      std::memcpy(&words[R::Response<0>::kOffset / 4], answer, sizeof answer);
    }
  }

  // One command of the card. False: it is none that the card answers in its state.
  bool serve(unsigned index, std::uint32_t argument, std::uint32_t (&answer)[4]) {
    using namespace drivers::sd;
    answer[0] = state_ << 9 | (state_ == kTransfer ? kReadyForData : 0);
    const bool application = application_;
    application_ = false;
    switch (index) {
      case kGoIdle:
        state_ = kIdle;
        clock_when_idle = words[R::Clock::kOffset / 4];
        asked_ = 0;
        return true;
      case kSendIfCond:
        answer[0] = argument;
        return state_ == kIdle && !version1;
      case kAppCommand:
        application_ = true;
        return true;
      case kAppOpCond:
        if (!application || state_ != kIdle) return false;
        answer[0] = kOcrVoltages;
        if (++asked_ < power_up_asks) return true;
        answer[0] |= kOcrReady | (high_capacity && (argument & kOcrHighCapacity) != 0 ? kOcrHighCapacity : 0);
        state_ = kReady;
        return true;
      case kAllSendCid:
        if (state_ != kReady) return false;
        state_ = kIdent;
        answer[0] = 0x12'00'00'00 | 'M';  // maker, application, and the name: MODEL
        answer[1] = 'O' << 24 | 'D' << 16 | 'E' << 8 | 'L';
        answer[2] = 0x01'00'0000 | serial >> 8;  // revision, serial number's upper part
        answer[3] = serial << 24 | 1;
        return true;
      case kSendRelativeAddress:
        if (state_ != kIdent) return false;
        state_ = kStandBy;
        answer[0] = kRca | 0x520;
        return true;
      case kSendCsd:
        csd(answer);
        return state_ == kStandBy && argument == kRca;
      case kSelect:
        if (state_ != kStandBy || argument != kRca) return false;
        state_ = kTransfer;
        return true;
      case kSetBlockLength:
        block_length = argument;
        return state_ == kTransfer;
      case kSendStatus:
        if (state_ == kProgramming && busy_-- == 0) state_ = kTransfer;
        answer[0] = state_ << 9 | (state_ == kTransfer ? kReadyForData : 0);
        return argument == kRca;
      case kStop:
        if (state_ != kSending && state_ != kReceiving) return false;
        state_ = state_ == kReceiving ? programming() : kTransfer;
        return true;
      case kRead:
      case kReadMany:
      case kWrite:
      case kWriteMany:
        return begin(index, argument, answer);
      default:
        return false;
    }
  }
  bool begin(unsigned index, std::uint32_t argument, std::uint32_t (&answer)[4]) {
    using namespace drivers::sd;
    if (state_ != kTransfer) return false;
    at_ = high_capacity ? std::size_t{argument} * 512 : argument;
    many_ = index == kReadMany || index == kWriteMany;
    const bool is_write = index == kWrite || index == kWriteMany;
    if (at_ >= image.size()) {
      answer[0] |= 1u << 31;
    } else if (is_write && at_ / 512 == write_protected) {
      answer[0] |= 1u << 26;
    } else {
      state_ = is_write ? kReceiving : kSending;
    }
    return true;
  }
  void csd(std::uint32_t (&answer)[4]) const {
    if (high_capacity) {
      const auto size = static_cast<std::uint32_t>(image.size() / (512 * 1024)) - 1;
      answer[0] = 1u << 30;
      answer[1] = size >> 16;
      answer[2] = size << 16;
    } else {  // blocks of 512 in groups of 4 << 2
      const auto size = static_cast<std::uint32_t>(image.size() / 512 / 16) - 1;
      answer[1] = 9u << 16 | size >> 2;  // bits 83-80; 73-62
      answer[2] = size << 30 | 2u << 15;
    }
  }

  std::uint32_t status_ = 0;
  std::vector<std::uint32_t> fifo_;
  bool enabled_ = false;
  std::uint32_t left_ = 0;
  unsigned state_ = kIdle;
  bool application_ = false, many_ = false;
  unsigned asked_ = 0, busy_ = 0;
  std::size_t at_ = 0;
  unsigned burst_ = 0;
};

// The wait of a test: the interrupt comes while it waits. Handler: bool on_interrupt().
template <class Device>
class ModelWait final : public drivers::MciWait {
 public:
  explicit ModelWait(MciModel& model) : model_{model} {}
  void connect(Device& device) { device_ = &device; }
  void arm() override { finished_ = false; }
  bool wait(unsigned ms) override {
    for (unsigned idle = 0; !finished_ && idle < 10;) {
      if (model_.interrupting()) {
        idle = 0;
        CHECK_TRUE(device_->on_interrupt());
      } else {
        ++idle;
      }
    }
    if (!finished_) passed_ms += ms;
    return finished_;
  }
  void finished() override { finished_ = true; }
  void sleep_ms(unsigned ms) override { passed_ms += ms; }
  unsigned passed_ms = 0;

 private:
  MciModel& model_;
  Device* device_ = nullptr;
  bool finished_ = false;
};

}  // namespace mink::fakes
