// SPDX-License-Identifier: MIT
// The PL011 on the machine's own bus.
#include <drivers/pl011.hpp>

namespace mink::drivers {

template class UartConsole<Pl011Port<Mmio>>;
template class BasicPl011<Mmio>;

}  // namespace mink::drivers
