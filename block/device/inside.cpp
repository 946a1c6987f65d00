// SPDX-License-Identifier: MIT
// Reclaim that would wait for the device from inside it: found, named, and kept from doing it.
#include "device/inside.hpp"

#include <base/log.h>
#include <lib/log_sink.hpp>
#include <mm/gfp_names.hpp>

namespace mink::block {

bool Device::inside() const {
  const arch::IrqGuard guard;
  for (const Inside* i = inside_; i != nullptr; i = i->next()) {
    if (i->thread() == current) return true;
  }
  return false;
}

gfp_t Device::without_recursion(gfp_t gfp) {
  if ((gfp & (__GFP_IO | __GFP_FS)) == 0 || !inside()) return gfp;
  report_recursion("memory is reclaimed with I/O allowed", gfp);
  return gfp & ~(__GFP_IO | __GFP_FS);
}

void Device::report_recursion(const char* what, gfp_t gfp) {
  if (recursions_++ != 0) return;  // one bug is one report
  LogSink log{KERN_ERR};
  print(log,
        "BUG: block device %s: %s inside its block layer by thread %s (%d), which would wait for itself\n",
        name(), what, current->comm, current->pid);
  if (gfp != 0) {
    print(log, "the mask was ");
    mm::format_gfp(log, gfp);
    print(log, "; use GFP_NOIO here. Served as GFP_NOIO.\n");
  }
  dump_stack();
}

}  // namespace mink::block
