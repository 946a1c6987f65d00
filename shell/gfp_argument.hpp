// SPDX-License-Identifier: MIT
// GFP flags as an argument: GFP_KERNEL, GFP_ATOMIC|__GFP_ZERO, 0xcc0.
#pragma once
#include <base/gfp.h>
#include <optional>
#include <shell/command.hpp>

namespace mink::shell {

// Argument i, or `fallback` if there is none; says what was wanted if it is wrong.
[[nodiscard]] std::optional<gfp_t> gfp_argument(const Args& args, std::size_t i, gfp_t fallback);

}  // namespace mink::shell
