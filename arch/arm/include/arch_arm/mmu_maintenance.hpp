// SPDX-License-Identifier: MIT
// The one door between the page-table code and the CPU. The target's is inline CP15 (arch_arm/cp15_mmu.hpp)
// and costs one or two instructions a step; tests put a recorder or a model of an unforgiving ARM1176 behind
// it. Bound at compile time.
#pragma once
#include <arch_arm/geometry.hpp>
#include <concepts>

namespace mink::arch::arm {

// Nothing is implied: a step has its effect on later steps only across the barrier that the manual asks for
// (ARM DDI 0100I, B2.7: clean -> DSB -> TLB invalidate -> branch flush -> DSB -> ISB). The mutation run of
// tests/stress/mmu drops each call in turn: docs/decisions/unforgiving-mmu.md says how to add a step.
template <class M>
concept MmuMaintenance = requires(M& m, Descriptor* entry, Descriptor value, const void* start,
                                  std::size_t bytes, VirtAddr va) {
  // Writes a word of a table. Into the data cache only: the table walker does not see it yet.
  { m.store(entry, value) } -> std::same_as<void>;
  // Writes every data-cache line that [start, start + bytes) touches back to memory, where the walker reads.
  { m.clean_dcache_range(start, bytes) } -> std::same_as<void>;
  // The same through the mapping in force: `va` may be of memory without a linear address. It must be mapped.
  { m.clean_dcache_range(va, bytes) } -> std::same_as<void>;
  // Drops all instructions from the instruction cache: what is fetched next comes from memory.
  { m.invalidate_icache_all() } -> std::same_as<void>;
  // Waits until stores, cleans and invalidations before it are complete.
  { m.dsb() } -> std::same_as<void>;
  // Drops the TLB entry, instruction and data, that translates `va`; one of a larger granule goes whole.
  { m.tlb_invalidate_mva(va) } -> std::same_as<void>;
  { m.tlb_invalidate_all() } -> std::same_as<void>;
  // Drops all branch predictions: they are made by virtual address.
  { m.flush_branch_target() } -> std::same_as<void>;
  // Later instructions are fetched anew, through the translation that is now in force.
  { m.isb() } -> std::same_as<void>;
};

}  // namespace mink::arch::arm
