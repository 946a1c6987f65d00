// SPDX-License-Identifier: MIT
// Which lines are cleaned and which invalidated when a buffer changes hands: over any maintenance, so that a
// test can put an unforgiving cache behind it, and leave out one step at a time.
//
// Why each is needed, on a write-back cache (ARM DDI 0301H, 3.2.22, operations; ARM DDI 0100I, B2.7.5, when):
//   to the device    clean        what the CPU wrote is in memory before the device reads it
//   from the device  invalidate   a dirty line would be written back over the device's data, whenever
//        before      clean        ... but of a line at an end, which others' data share, nothing may be lost
//        after       invalidate   lines filled meanwhile hold what was there before
//   each time        DSB          the operations above are complete: else a device is told too early, or a line hits
#pragma once
#include <arch/dma_cache.hpp>
#include <concepts>

namespace mink::arch::arm {

template <class M>
concept DcacheMaintenance = requires(M& m, std::uintptr_t line) {
  // Of the line at that address. In force by the next dsb(), and perhaps not before.
  { m.clean_line(line) } -> std::same_as<void>;       // written back if it is dirty; stays
  { m.invalidate_line(line) } -> std::same_as<void>;  // dropped, dirty or not
  { m.dsb() } -> std::same_as<void>;
  { m.line() } -> std::same_as<std::size_t>;  // bytes of a line: the CPU says, not we
};

template <DcacheMaintenance M>
void to_device(M& m, VirtAddr start, std::size_t bytes, DmaFlow flow) {
  const std::size_t size = m.line();
  std::uintptr_t line = align_down(start.raw(), size);
  const std::uintptr_t end = start.raw() + bytes;
  for (; line < end; line += size) {
    const bool all_ours = line >= start.raw() && end - line >= size;
    if (flow == DmaFlow::FromDevice && all_ours) {
      m.invalidate_line(line);
    } else {
      m.clean_line(line);
    }
  }
  m.dsb();
}

template <DcacheMaintenance M>
void to_cpu(M& m, VirtAddr start, std::size_t bytes, DmaFlow flow) {
  if (flow == DmaFlow::ToDevice) return;
  const std::size_t size = m.line();
  std::uintptr_t line = align_down(start.raw(), size);
  // A line at an end is clean since to_device(): those who share it have not written to it.
  for (const std::uintptr_t end = start.raw() + bytes; line < end; line += size) m.invalidate_line(line);
  m.dsb();
}

}  // namespace mink::arch::arm
