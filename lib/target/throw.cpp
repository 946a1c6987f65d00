// SPDX-License-Identifier: MIT
// Where the bounds checks of <string_view> and <array> end: libstdc++ itself is not linked, and nothing is
// thrown.
#include <base/log.h>

namespace std {

[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...);
[[noreturn]] void __throw_length_error(const char* what);
[[noreturn]] void __throw_bad_optional_access();

void __throw_out_of_range_fmt(const char* format, ...) { panic("out of range: %s\n", format); }
void __throw_length_error(const char* what) { panic("length error: %s\n", what); }
void __throw_bad_optional_access() { panic("an empty optional has no value\n"); }

}  // namespace std
