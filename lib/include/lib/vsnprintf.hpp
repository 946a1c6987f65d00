// SPDX-License-Identifier: MIT
// Formatted output into memory. On the target these are snprintf and its family too (lib/target); on the host
// those names belong to the C library, whose output is our oracle.
//
// Conversions: d i u o x X c s p %, flags - + space # 0, width, .precision, *, lengths hh h l ll z t j.
// No floating point, no n. A string pointer in the first page or the last (an error value) prints as (null)
// or (efault). After %p, as in Linux (Documentation/core-api/printk-formats):
//   S symbol+0xoff/0xsize   s symbol   B as S for a return address   x, K, none: 8 (16) digits
//   a  physical address, by reference   e  -ENOMEM for an error pointer   Gg  gfp_t, by reference, flags by
//   name
#pragma once
#include <base/gfp.h>
#include <cstdarg>
#include <cstddef>

namespace mink {

class TextSink;

// C99's vsnprintf: always terminated when size > 0; returns the length the whole text would have.
int format_to(char* buffer, std::size_t size, const char* format, ...) __attribute__((format(printf, 3, 4)));
int vformat_to(char* buffer, std::size_t size, const char* format, std::va_list args)
    __attribute__((format(printf, 3, 0)));

// How %pGg names flags: registered by the floor that owns the names. Without one the mask prints in hexadecimal.
// Returns the one before.
using GfpPrinter = void (*)(TextSink& out, gfp_t flags);
GfpPrinter set_gfp_printer(GfpPrinter printer);

}  // namespace mink

extern "C" {
// Linux's: return the bytes really put into the buffer.
int vscnprintf(char* buffer, std::size_t size, const char* format, std::va_list args)
    __attribute__((format(printf, 3, 0)));
int scnprintf(char* buffer, std::size_t size, const char* format, ...) __attribute__((format(printf, 3, 4)));
}
