// SPDX-License-Identifier: MIT
// An SD card behind any MciHost: found, read and written by sectors, errors tried again.
#pragma once
#include <cstdint>
#include <drivers/mci.hpp>

namespace mink::drivers {

class SdCard {
 public:
  static constexpr unsigned kSectorSize = kMciBlock;

  constexpr explicit SdCard(MciHost& host) : host_{host} {}

  // Looks for a card and brings it to where it can transfer. NoMedium: the slot is empty, a normal state. NoDev: what is
  // in it is none that we know. Thread context, sleeps, up to a second; again after any failure.
  Err identify();

  // [sector, sector + count); buffer: word aligned. Thread context, one caller at a time; sleeps. A failed transfer is
  // tried again, with the card identified anew if it does not answer. One that was pulled out is looked for at each call; another in its
  // place is not touched. Range, NoMedium, or why the last try failed.
  Err read(std::uint32_t sector, std::uint32_t count, void* buffer);
  Err write(std::uint32_t sector, std::uint32_t count, const void* buffer);

  [[nodiscard]] bool present() const { return sectors_ != 0; }
  [[nodiscard]] std::uint32_t sectors() const { return sectors_; }  // 0: no card
  [[nodiscard]] bool high_capacity() const { return high_capacity_; }
  [[nodiscard]] const char* product() const { return product_; }
  [[nodiscard]] std::uint32_t serial() const { return serial_; }

  struct Figures {
    unsigned commands_read, commands_written;  // transfers
    unsigned errors;                           // transfers that failed ...
    unsigned retries;                          // ... and were tried again
    unsigned identified;
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  static constexpr unsigned kTries = 3, kReadyMs = 500, kPowerUpMs = 1000;

  Err find();
  Err bring_up();
  Err negotiate(bool version2);
  Err transfer(MciData direction, std::uint32_t sector, std::uint32_t count, std::uint32_t* words);
  Err transfer_once(MciData direction, std::uint32_t sector, unsigned count, std::uint32_t* words);
  Err recover();
  Err find_same();
  Err wait_ready(std::uint32_t& status);
  Err command(unsigned index, std::uint32_t argument, MciCommand& c);
  Err simple(unsigned index, std::uint32_t argument);
  Err status(std::uint32_t& word);

  MciHost& host_;
  std::uint32_t sectors_ = 0;
  std::uint32_t known_sectors_ = 0, known_serial_ = 0;  // of the card that identify() found
  std::uint32_t rca_ = 0;                               // in place: the upper half
  bool high_capacity_ = false;
  char product_[6] = {};
  std::uint32_t serial_ = 0;
  Figures figures_{};
};

}  // namespace mink::drivers
