// SPDX-License-Identifier: MIT
// GFP flags by name: text to mask, mask to text.
#pragma once
#include <base/gfp.h>
#include <lib/text_sink.hpp>
#include <mm/zone.hpp>

namespace mink::mm {

// "GFP_KERNEL|__GFP_ZERO": names joined by |, + or ',', numbers (0x.., decimal) between them allowed; the
// leading GFP_ or __GFP_ may be left out, and case does not matter. False: `bad` is the start of what was not
// understood.
bool parse_gfp(const char* text, gfp_t& mask, const char*& bad);

// As Linux's %pGg: the largest named groups first, joined by |; what has no name in hexadecimal; "none" for
// 0.
void format_gfp(TextSink& out, gfp_t mask);

// Name and meaning of the n-th single flag, or of the n-th group of flags; false beyond the last.
struct GfpName {
  gfp_t mask;
  const char* name;
  const char* meaning;
};
bool gfp_flag(unsigned n, GfpName& flag);
bool gfp_group(unsigned n, GfpName& group);

}  // namespace mink::mm
