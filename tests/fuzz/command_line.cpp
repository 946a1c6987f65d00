// SPDX-License-Identifier: MIT
// The kernel command line: any bytes.
#include <cstdlib>
#include <kernel/log_options.hpp>
#include <kernel/memory_options.hpp>
#include <lib/cmdline.hpp>
#include <lib/parse.hpp>

#include "fuzz/fuzz.hpp"

using namespace mink;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact copy{data, size};
  const CommandLine line{copy.text()};
  std::size_t position = 0, before = 0, count = 0;
  while (const auto option = line.next(position)) {
    fuzz::must(position > before && position <= line.text().size());
    before = position;
    fuzz::must(fuzz::inside(line.text(), option->name));
    if (option->has_value) fuzz::must(fuzz::inside(line.text(), option->value));
    fuzz::must(line.find(option->name).has_value());
    (void)parse_number(option->value);
    (void)parse_size(option->value);
    (void)parse_signed(option->value);
    if (++count == 64) break;  // find() looks at the whole line each time
  }
  char text[512];
  BufferSink report{text};
  const auto memory = kernel::parse_memory_options(line, PhysAddr{0x50000000}, 64u << 20, report);
  (void)memory;
  (void)kernel::parse_log_options(line, report);
  fuzz::must(report.text()[sizeof text - 1 < report.length() ? sizeof text - 1 : report.length()] == '\0');
  return 0;
}
