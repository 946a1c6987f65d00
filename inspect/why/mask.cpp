// SPDX-License-Identifier: MIT
// What a GFP mask means, in words.
#include <inspect/why.hpp>
#include <mm/gfp_names.hpp>
#include <mm/gfp_policy.hpp>

namespace mink::inspect {

using namespace mm;

void explain_gfp(TextSink& out, gfp_t mask) {
  print(out, "%#x = ", mask);
  format_gfp(out, mask);
  print(out, "\n");
  gfp_t unknown = mask;
  GfpName flag{};
  for (unsigned n = 0; gfp_flag(n, flag); ++n) {
    if ((mask & flag.mask) != 0) print(out, "  %-22s %#10x  %s\n", flag.name, flag.mask, flag.meaning);
    unknown &= ~flag.mask;
  }
  if (unknown != 0) print(out, "  %-22s %#10x  means nothing\n", "(no name)", unknown);
  print(out, "zones      ");
  for (unsigned z = static_cast<unsigned>(zone_of_gfp(mask)) + 1; z-- > 0;) {
    print(out, "%s%s", zone_name(static_cast<ZoneType>(z)), z != 0 ? ", then " : "\n");
  }
  print(out, "placed     with %s pages\n", migrate_type_name(migrate_type_of(mask)));
  const gfp_t modern = modern_gfp(mask);
  const unsigned depth = alloc_depth(modern);
  const std::size_t percent = effective_mark(1000, depth);
  print(out, "watermark  first low, then ");
  if ((depth & kAllocNoWatermarks) != 0) {
    print(out, "none: everything that is free\n");
  } else if (percent == 1000) {
    print(out, "min\n");
  } else {
    print(out, "%zu.%zu%% of min\n", percent / 10, percent % 10);
  }
  const RetryPolicy retry = retry_policy(modern, 0);
  print(out, "may sleep  %s\n",
        retry.endless       ? "yes, for ever"
        : retry.rounds > 1  ? "yes"
        : retry.rounds == 1 ? "yes, for one round of reclaim"
                            : "no");
  if ((modern & __GFP_DIRECT_RECLAIM) != 0) {
    print(out, "reclaim    %s\n",
          (modern & __GFP_IO) == 0   ? "without I/O"
          : (modern & __GFP_FS) == 0 ? "with I/O, without file systems"
                                     : "with I/O and file systems");
  }
}

}  // namespace mink::inspect
