// SPDX-License-Identifier: MIT
// The PL011 on the bus of the machine, in order or not.
#include <drivers/pl011.hpp>

namespace mink::drivers {

template class UartConsole<Pl011Port<Mmio>>;
template class BasicPl011<Mmio>;
template class UartConsole<Pl011Port<OrderedMmio>>;
template class BasicPl011<OrderedMmio>;

}  // namespace mink::drivers
