// SPDX-License-Identifier: MIT
#pragma once
#include "log/logger.hpp"

namespace mink::kernel {

Logger& the_log();

}  // namespace mink::kernel
