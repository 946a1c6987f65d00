// SPDX-License-Identifier: MIT
// The PL011 on the machine's own bus.
#include "pl011_impl.hpp"

namespace mink::drivers {

template class BasicPl011<Mmio>;

}  // namespace mink::drivers
