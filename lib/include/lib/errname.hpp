// SPDX-License-Identifier: MIT
#pragma once

namespace mink {

// "ENOMEM" for 12 or -12; nullptr for a number that is no error.
const char* error_name(int error);

}  // namespace mink
