// SPDX-License-Identifier: MIT
// The PL080 and the PL080S on the machine's own bus.
#include "pl080_impl.hpp"

namespace mink::drivers {

template class BasicPl080<Mmio, Pl080Layout>;
template class BasicPl080<Mmio, Pl080sLayout>;

}  // namespace mink::drivers
