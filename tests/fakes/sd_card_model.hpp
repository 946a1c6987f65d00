// SPDX-License-Identifier: MIT
// An SD card as its specification describes it, and with what can go wrong; the models of card controllers have one in their
// slot.
#pragma once
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <cstring>
#include <drivers/sd_protocol.hpp>
#include <vector>

namespace mink::fakes {

class SdCardModel {
 public:
  explicit SdCardModel(std::uint32_t sectors, bool big) : image(sectors * 512), high_capacity{big} {
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
  unsigned commands[64] = {};
  std::uint32_t block_length = 0;

 protected:
  static bool due(int& fault) { return fault >= 0 && fault-- == 0; }

  // False: the card does not answer.
  bool command(unsigned index, std::uint32_t argument, std::uint32_t (&answer)[4]) {
    ++commands[index];
    return card && !due(faults.command) && serve(index, argument, answer);
  }
  [[nodiscard]] bool sends() const { return card && state_ == drivers::sd::kSending; }
  [[nodiscard]] bool receives() const { return card && state_ == drivers::sd::kReceiving; }
  // The next word on the data lines. False: the check sum of its block will be wrong.
  bool read_word(std::uint32_t& word) {
    if (at_ % 512 == 0 && due(faults.read_crc)) return broken();
    std::memcpy(&word, &image[at_], 4);
    advance(drivers::sd::kTransfer);
    return true;
  }
  bool write_word(std::uint32_t word) {
    if (at_ % 512 == 0 && due(faults.write_crc)) return broken();
    std::memcpy(&image[at_], &word, 4);
    advance(drivers::sd::kProgramming);
    return true;
  }

 private:
  enum State : unsigned { kIdle = 0, kReady = 1, kIdent = 2, kStandBy = 3 };
  static constexpr std::uint32_t kRca = 0x4567'0000;

  bool broken() {
    if (!many_) state_ = drivers::sd::kTransfer;
    return false;
  }
  void advance(unsigned next) {
    at_ += 4;
    if (!many_ && at_ % 512 == 0) state_ = next == drivers::sd::kProgramming ? programming() : next;
  }
  unsigned programming() {
    busy_ = busy_asks;
    return busy_ != 0 ? drivers::sd::kProgramming : drivers::sd::kTransfer;
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

  unsigned state_ = kIdle;
  bool application_ = false, many_ = false;
  unsigned asked_ = 0, busy_ = 0;
  std::size_t at_ = 0;
};

}  // namespace mink::fakes
