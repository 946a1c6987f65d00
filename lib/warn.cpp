// SPDX-License-Identifier: MIT
#include <base/log.h>
#include <base/warn.h>

extern "C" void mink_warn(const char* file, int line, const char* format, ...) {
  printk(KERN_WARNING "------------[ cut here ]------------\n");
  printk(KERN_WARNING "WARNING: CPU: 0 PID: 0 at %s:%d %pB\n", file, line, __builtin_return_address(0));
  if (format != nullptr) {
    va_list args;
    va_start(args, format);
    vprintk(format, args);
    va_end(args);
  }
  dump_stack();
  printk(KERN_WARNING "---[ end trace ]---\n");
}
