// SPDX-License-Identifier: MIT
// All families, in the order in which `help` lists them.
#include "commands/families.hpp"

namespace mink::shell {
namespace {

constexpr const Family* kTable[] = {&kAllocateFamily, &kCacheFamily, &kMemoryFamily,   &kPressureFamily,
                                    &kFileFamily,     &kCardFamily,  &kDmaFamily,      &kInspectFamily,
                                    &kThreadFamily,   &kFailFamily,  &kExerciseFamily, &kAbuseFamily,
                                    &kShellFamily};

}  // namespace

constinit const std::span<const Family* const> kFamilies{kTable};

}  // namespace mink::shell
