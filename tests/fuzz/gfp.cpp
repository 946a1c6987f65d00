// SPDX-License-Identifier: MIT
// GFP masks as people write them: any text; and any mask comes back from its own text.
#include <mm/gfp_names.hpp>

#include "fuzz/fuzz.hpp"

using namespace mink;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  char* const text = static_cast<char*>(std::malloc(size + 1));
  if (size != 0) std::memcpy(text, data, size);
  text[size] = '\0';
  gfp_t mask = 0;
  const char* bad = nullptr;
  const bool good = mm::parse_gfp(text, mask, bad);
  if (!good) fuzz::must(bad >= text && bad <= text + std::strlen(text));
  if (!good && size >= sizeof mask) std::memcpy(&mask, data, sizeof mask);
  std::free(text);
  char written[1024];
  BufferSink out{written};
  mm::format_gfp(out, mask);
  fuzz::must(out.length() < sizeof written);
  gfp_t again = ~mask;
  if (mask != 0) fuzz::must(mm::parse_gfp(written, again, bad) && again == mask);
  return 0;
}
