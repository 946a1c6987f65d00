// SPDX-License-Identifier: MIT
// The ARM's choice of maintenance, on the fake cache.
#include "fakes/hostile_cache.hpp"

#include <arch_arm/dma_cache.hpp>

namespace mink::fakes {
static_assert(arch::arm::DcacheMaintenance<HostileCache>);
constinit HostileCache* hostile_cache = nullptr;
}  // namespace mink::fakes

namespace mink::arch {

void dma_to_device(VirtAddr start, std::size_t bytes, DmaFlow flow) {
  if (fakes::hostile_cache != nullptr) arm::to_device(*fakes::hostile_cache, start, bytes, flow);
}
void dma_to_cpu(VirtAddr start, std::size_t bytes, DmaFlow flow) {
  if (fakes::hostile_cache != nullptr) arm::to_cpu(*fakes::hostile_cache, start, bytes, flow);
}

}  // namespace mink::arch
