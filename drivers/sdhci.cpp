// SPDX-License-Identifier: MIT
// The SDHCI on the machine's own bus.
#include "sdhci_impl.hpp"

namespace mink::drivers {

template class BasicSdhci<Mmio>;

}  // namespace mink::drivers
