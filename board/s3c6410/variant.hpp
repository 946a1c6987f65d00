// SPDX-License-Identifier: MIT
// The boards that one image serves. They differ in what is around the chip.
#pragma once
#include <cstdint>
#include <drivers/s3c_gpio.hpp>
#include <optional>
#include <string_view>

namespace mink::board {

struct Light {
  drivers::S3cPin pin;
  bool active_low;
};

struct Variant {
  const char* name;
  const char* key;             // board=KEY
  std::uint32_t machine_id;    // r1, of ARM Linux's register of machines
  std::optional<Light> light;  // for the heartbeat
};

// By `key` if there is one, else by `machine_id`; nullptr: none of them. (The LDD6410's U-Boot says that it is an SMDK6410,
// of which it is a copy.) Pure.
const Variant* find_variant(std::optional<std::string_view> key, std::uint32_t machine_id);

}  // namespace mink::board
