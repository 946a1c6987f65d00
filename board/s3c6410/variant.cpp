// SPDX-License-Identifier: MIT
#include "variant.hpp"

namespace mink::board {

namespace {

using namespace drivers;

constexpr Light kSmdkLight{{kGpn, 12}, false};
constexpr Light kMiniLight{{kGpk, 4}, true};

constexpr Variant kVariants[] = {
    {"SMDK6410", "smdk6410", 1626, kSmdkLight},         {"LDD6410", "ldd6410", 2296, kSmdkLight},
    {"Mini6410", "mini6410", 2520, kMiniLight},         {"Tiny6410", "tiny6410", 2520, kMiniLight},
    {"OK6410", "ok6410", 1628, Light{{kGpm, 0}, true}}, {"Real6410", "real6410", 2990, std::nullopt},
};

}  // namespace

const Variant* find_variant(std::optional<std::string_view> key, std::uint32_t machine_id) {
  for (const Variant& v : kVariants) {
    if (key ? *key == v.key : machine_id == v.machine_id) return &v;
  }
  return nullptr;
}

}  // namespace mink::board
