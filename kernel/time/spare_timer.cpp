// SPDX-License-Identifier: MIT
#include <kernel/spare_timer.hpp>

namespace mink::kernel {
namespace {
constinit SpareTimer spare{};
}

void set_spare_timer(const SpareTimer& timer) { spare = timer; }
const SpareTimer* spare_timer() { return spare.device != nullptr ? &spare : nullptr; }

}  // namespace mink::kernel
