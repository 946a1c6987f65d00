// SPDX-License-Identifier: MIT
// A device's registers without the device: words that keep what was written, a log of the writes, and hooks
// by which a test's model of the device behaves. Give drivers a FakeBus to it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <drivers/mmio.hpp>

namespace mink::fakes {

class RegisterFile {
 public:
  struct Write {
    std::size_t offset;
    std::uint32_t value;
  };
  static constexpr std::size_t kWords = 0x400, kLog = 64;

  virtual std::uint32_t load(std::size_t offset) { return words[offset / 4]; }
  virtual void store(std::size_t offset, std::uint32_t value) {
    words[offset / 4] = value;
    note(offset, value);
  }

  void note(std::size_t offset, std::uint32_t value) { writes[write_count++ % kLog] = Write{offset, value}; }
  void forget_writes() { write_count = 0; }
  // Which of the writes so far was the `nth` (from 0) to that register; -1: none. For orders.
  [[nodiscard]] int when(std::size_t offset, int nth = 0) const {
    for (std::size_t i = 0; i < write_count && i < kLog; ++i) {
      if (writes[i].offset == offset && nth-- == 0) return static_cast<int>(i);
    }
    return -1;
  }
  [[nodiscard]] bool wrote(std::size_t offset, std::uint32_t value) const {
    for (std::size_t i = 0; i < write_count && i < kLog; ++i) {
      if (writes[i].offset == offset && writes[i].value == value) return true;
    }
    return false;
  }
  template <class R>
  [[nodiscard]] std::uint32_t& at() {
    return words[R::kOffset / 4];
  }

  template <class R>
  [[nodiscard]] std::uint32_t at() const {
    return words[R::kOffset / 4];
  }

  std::uint32_t words[kWords] = {};
  Write writes[kLog] = {};
  std::size_t write_count = 0;

 protected:
  ~RegisterFile() = default;
};

class PlainRegisters final : public RegisterFile {};

struct FakeBus {
  RegisterFile* file;
  [[nodiscard]] std::uint32_t load(std::size_t offset) const { return file->load(offset); }
  void store(std::size_t offset, std::uint32_t value) const { file->store(offset, value); }
};
static_assert(drivers::RegisterBus<FakeBus>);

}  // namespace mink::fakes
