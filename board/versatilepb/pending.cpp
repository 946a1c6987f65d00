// SPDX-License-Identifier: MIT
// Stands in, weakly, for what the shell is about to bring. Goes away with that.
#include <kernel/console.hpp>
#include <kernel/main.hpp>

namespace mink {

namespace kernel {
[[gnu::weak]] int image_main() {
  for (;;) {
    const int byte = console_getc();
    if (byte == 'q') return 0;
    const char c = static_cast<char>(byte);
    console_write(&c, 1);
  }
}
}  // namespace kernel

}  // namespace mink
