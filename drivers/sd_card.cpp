// SPDX-License-Identifier: MIT
// SD card identification and transfers; the sections are those of the Physical Layer specification 2.00.
#include <base/log.h>

#include <drivers/sd_card.hpp>
#include <drivers/sd_protocol.hpp>

namespace mink::drivers {

namespace {

constexpr std::uint32_t kIdentifyHz = 400'000, kTransferHz = 25'000'000;  // 6.7
// 6.4.1: 74 clocks and a millisecond at full supply before the first command; as long as a thread sleeps.
constexpr unsigned kFirstMs = 10;

}  // namespace

Err SdCard::command(unsigned index, std::uint32_t argument, MciCommand& c) {
  c.index = index;
  c.argument = argument;
  return host_.run(c);
}

// A command whose answer is the card's status alone.
Err SdCard::simple(unsigned index, std::uint32_t argument) {
  MciCommand c;
  if (const Err e = command(index, argument, c); !ok(e)) return e;
  return (c.answer[0] & sd::kStatusErrors) != 0 ? Err::Io : Err::Ok;
}

Err SdCard::status(std::uint32_t& word) {
  MciCommand c;
  const Err e = command(sd::kSendStatus, rca_, c);
  word = c.answer[0];
  return e;
}

Err SdCard::identify() {
  const Err e = find();
  known_sectors_ = sectors_;
  known_serial_ = serial_;
  return e;
}

Err SdCard::find() {
  sectors_ = 0;
  rca_ = 0;
  const Err e = bring_up();
  if (ok(e)) {
    ++figures_.identified;
  } else {
    sectors_ = 0;
  }
  return e;
}

// The card that was there before, and no other.
Err SdCard::find_same() {
  if (known_sectors_ == 0) return Err::NoMedium;
  const Err e = find();
  if (ok(e) && sectors_ == known_sectors_ && serial_ == known_serial_) return Err::Ok;
  sectors_ = 0;
  return ok(e) ? Err::NoDev : Err::NoMedium;
}

// 4.2.3, figure 4-2.
Err SdCard::bring_up() {
  host_.power_up();
  host_.set_clock(kIdentifyHz);
  host_.sleep_ms(kFirstMs);
  MciCommand idle;
  idle.answer_kind = MciAnswer::None;
  if (const Err e = command(sd::kGoIdle, 0, idle); !ok(e)) return e;
  MciCommand condition;
  const Err version2 = command(sd::kSendIfCond, sd::kIfCond, condition);
  if (ok(version2) && (condition.answer[0] & 0xfff) != sd::kIfCond) return Err::NoDev;
  if (const Err e = negotiate(ok(version2)); !ok(e)) return e;

  MciCommand cid;
  cid.answer_kind = MciAnswer::Long;
  if (const Err e = command(sd::kAllSendCid, 0, cid); !ok(e)) return e;
  for (unsigned i = 0; i < 5; ++i) {
    const auto c = static_cast<char>(sd::bits(cid.answer, 103 - 8 * i, 96 - 8 * i));
    product_[i] = c >= ' ' && c <= '~' ? c : '?';
  }
  serial_ = sd::bits(cid.answer, 55, 24);
  MciCommand address;
  if (const Err e = command(sd::kSendRelativeAddress, 0, address); !ok(e)) return e;
  rca_ = address.answer[0] & 0xffff'0000;
  MciCommand csd;
  csd.answer_kind = MciAnswer::Long;
  if (const Err e = command(sd::kSendCsd, rca_, csd); !ok(e)) return e;
  if (const Err e = simple(sd::kSelect, rca_); !ok(e)) return e;
  host_.set_clock(kTransferHz);
  if (const Err e = simple(sd::kSetBlockLength, kSectorSize); !ok(e)) return e;
  sectors_ = sd::sectors_of(csd.answer);
  return sectors_ != 0 ? Err::Ok : Err::NoDev;
}

// 4.2.3.1: asks until the card has powered up.
Err SdCard::negotiate(bool version2) {
  const std::uint32_t wish = sd::kOcrVoltages | (version2 ? sd::kOcrHighCapacity : 0);
  for (unsigned ms = 0; ms < kPowerUpMs; ms += 10) {
    MciCommand application;
    // The first command that every card answers.
    if (const Err e = command(sd::kAppCommand, 0, application); !ok(e)) {
      return e == Err::TimedOut && !version2 ? Err::NoMedium : e;
    }
    MciCommand condition;
    condition.answer_kind = MciAnswer::ShortNoCrc;
    if (const Err e = command(sd::kAppOpCond, wish, condition); !ok(e)) return Err::NoDev;  // an MMC, or none
    if ((condition.answer[0] & sd::kOcrReady) != 0) {
      high_capacity_ = (condition.answer[0] & sd::kOcrHighCapacity) != 0;
      return Err::Ok;
    }
    host_.sleep_ms(10);
  }
  return Err::TimedOut;
}

Err SdCard::read(std::uint32_t sector, std::uint32_t count, void* buffer) {
  return transfer(MciData::Read, sector, count, static_cast<std::uint32_t*>(buffer));
}

Err SdCard::write(std::uint32_t sector, std::uint32_t count, const void* buffer) {
  // The host reads it only.
  return transfer(MciData::Write, sector, count, static_cast<std::uint32_t*>(const_cast<void*>(buffer)));
}

Err SdCard::transfer(MciData direction, std::uint32_t sector, std::uint32_t count, std::uint32_t* words) {
  if (!present()) {
    if (!ok(find_same())) return Err::NoMedium;
    printk(KERN_INFO "card: it is back\n");
  }
  if (sector > sectors_ || count > sectors_ - sector) return Err::Range;
  while (count != 0) {
    const unsigned now = count < host_.max_blocks() ? count : host_.max_blocks();
    Err e = transfer_once(direction, sector, now, words);
    for (unsigned tries = 1; !ok(e); ++tries) {
      ++figures_.errors;
      printk(KERN_WARNING "card: %s of %u sectors at %u failed: error %d%s\n",
             direction == MciData::Read ? "read" : "write", now, static_cast<unsigned>(sector),
             static_cast<int>(e), tries < kTries ? ", trying again" : "");
      const Err back = recover();
      if (!ok(back)) return back;
      if (tries == kTries) return e;
      ++figures_.retries;
      e = transfer_once(direction, sector, now, words);
    }
    sector += now;
    count -= now;
    words += now * (kSectorSize / 4);
  }
  return Err::Ok;
}

Err SdCard::transfer_once(MciData direction, std::uint32_t sector, unsigned count, std::uint32_t* words) {
  const bool reads = direction == MciData::Read;
  ++(reads ? figures_.commands_read : figures_.commands_written);
  MciCommand c;
  c.data = direction;
  c.blocks = count;
  c.words = words;
  c.stop_on = sd::kStatusErrors;
  const unsigned one = reads ? sd::kRead : sd::kWrite;
  const unsigned many = reads ? sd::kReadMany : sd::kWriteMany;
  // 4.3.14: cards up to 2 GB count bytes.
  const std::uint32_t address = high_capacity_ ? sector : sector * kSectorSize;
  if (const Err e = command(count == 1 ? one : many, address, c); !ok(e)) return e;
  if (count != 1) {
    MciCommand stop;
    if (const Err e = command(sd::kStop, 0, stop); !ok(e)) return e;
    // 4.3.3: a card that had read ahead may complain of its end here, behind good data.
    if (!reads && (stop.answer[0] & sd::kStatusErrors) != 0) return Err::Io;
  }
  if (reads) return Err::Ok;
  std::uint32_t word = 0;
  if (const Err e = wait_ready(word); !ok(e)) return e;
  return (word & sd::kStatusErrors) != 0 ? Err::Io : Err::Ok;
}

// Until what was written is in the card's memory.
Err SdCard::wait_ready(std::uint32_t& word) {
  for (unsigned ms = 0;; ++ms) {
    if (const Err e = status(word); !ok(e)) return e;
    if ((word & sd::kReadyForData) != 0 && sd::state_of(word) == sd::kTransfer) return Err::Ok;
    if (ms == kReadyMs) return Err::TimedOut;
    host_.sleep_ms(1);
  }
}

// Back to where the card can transfer, whatever it is doing. NoMedium: it is gone.
Err SdCard::recover() {
  std::uint32_t word = 0;
  Err e = status(word);
  if (ok(e) && (sd::state_of(word) == sd::kSending || sd::state_of(word) == sd::kReceiving)) {
    MciCommand stop;
    e = command(sd::kStop, 0, stop);
  }
  if (ok(e)) e = wait_ready(word);
  if (ok(e)) return e;
  e = find_same();
  if (ok(e)) return e;
  printk(KERN_ERR "card: %s\n",
         e == Err::NoDev ? "another card is in the slot" : "it does not answer any more");
  return Err::NoMedium;
}

}  // namespace mink::drivers
