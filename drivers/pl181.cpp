// SPDX-License-Identifier: MIT
// The PL181 on the machine's own bus.
#include "pl181_impl.hpp"

namespace mink::drivers {

template class BasicPl181<Mmio>;

}  // namespace mink::drivers
