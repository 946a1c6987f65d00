// SPDX-License-Identifier: MIT
// What the block layer asks of whoever moves the sectors.
#pragma once
#include <base/err.hpp>
#include <cstdint>

namespace mink::block {

inline constexpr unsigned kSectorSize = 512;

enum class Direction : unsigned char { Read, Write };

class Driver {
 public:
  [[nodiscard]] virtual const char* name() const = 0;
  [[nodiscard]] virtual std::uint32_t sectors() const = 0;
  // [sector, sector + count) to or from `memory`, word aligned. Called by the device's thread alone; sleeps until the
  // device's interrupt says that it is done.
  virtual Err transfer(Direction direction, std::uint32_t sector, std::uint32_t count, void* memory) = 0;

 protected:
  ~Driver() = default;
};

}  // namespace mink::block
