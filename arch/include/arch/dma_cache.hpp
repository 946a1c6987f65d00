// SPDX-License-Identifier: MIT
// The data cache, and a device that reads and writes memory without looking into it.
//
// A buffer belongs to the CPU or to the device. While it is the device's, the CPU touches none of its cache
// lines; it may still happen that a line is filled (speculation) or thrown out whenever the CPU likes.
#pragma once
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>

// Provides kDmaLine, the bytes of the CPU's longest data cache line: a buffer that begins and ends with one shares none with
// others.
#include <arch_impl/cache_line.hpp>

namespace mink::arch {

enum class DmaFlow : std::uint8_t { Both, ToDevice, FromDevice };  // Linux's numbers

// The CPU's part is over: memory holds what the CPU wrote (ToDevice, Both), and no line of the range will be
// written back over what the device writes. Lines that are partly outside the range keep what others have in
// them. The range is mapped cacheable, and not empty. Any context; complete on return. Cost: O(lines).
void dma_to_device(VirtAddr start, std::size_t bytes, DmaFlow flow);

// The device's part is over: what the CPU reads from now on is memory's. Nothing to do for ToDevice.
void dma_to_cpu(VirtAddr start, std::size_t bytes, DmaFlow flow);

}  // namespace mink::arch
