// SPDX-License-Identifier: MIT
// Reading GFP flags; see gfp_argument.hpp. Their names are mm/policy's.
#include "gfp_argument.hpp"

#include <mm/gfp_names.hpp>

namespace mink::shell {

std::optional<gfp_t> gfp_argument(const Args& args, std::size_t i, gfp_t fallback) {
  if (i >= args.size()) return fallback;
  gfp_t mask = 0;
  const char* bad = nullptr;
  if (mm::parse_gfp(args[i].data(), mask, bad)) return mask;
  char shown[48];
  BufferSink text{shown};
  print_visible(text, bad, 32);
  args.usage("FLAGS are names as GFP_KERNEL|__GFP_ZERO, or a number; not '%s'", shown);
  return std::nullopt;
}

}  // namespace mink::shell
