// SPDX-License-Identifier: MIT
// The table of commands: one Family per file of this folder. A new file adds its family here and in
// families.cpp.
#pragma once
#include <shell/shell.hpp>

namespace mink::shell {

extern const Family kShellFamily;     // help, mode, poweroff ...
extern const Family kFileFamily;      // ls, cat, watch, the short names of /proc files
extern const Family kAllocateFamily;  // kmalloc, pages, vmalloc, live, release ...
extern const Family kCacheFamily;     // cache, mempool
extern const Family kCardFamily;      // card
extern const Family kDmaFamily;       // dma, dmatest
extern const Family kInspectFamily;   // pt, md, mw, sym
extern const Family kMemoryFamily;    // free, gfp, check
extern const Family kThreadFamily;    // ps
extern const Family kPressureFamily;  // pressure, top
extern const Family kFailFamily;      // fail
extern const Family kExerciseFamily;  // soak, bench
extern const Family kAbuseFamily;     // abuse, whatis

extern const std::span<const Family* const> kFamilies;

}  // namespace mink::shell
