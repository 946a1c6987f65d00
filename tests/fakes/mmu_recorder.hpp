// SPDX-License-Identifier: MIT
// Stands where CP15 does under PageTables: writes down every step, and holds each table word to the ARM1176's
// order:
//   a new word:     store -> clean -> DSB, before anything relies on it
//   a removed word: store 0 -> clean -> DSB -> TLB invalidate -> branch flush -> DSB -> ISB, before it is
//   made anew
#pragma once
#include <arch_arm/mmu_maintenance.hpp>
#include <arch_arm/table_view.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mink::fakes {

class MmuRecorder {
 public:
  enum class Step { Store, Clean, CleanText, IcacheAll, Dsb, TlbMva, TlbAll, Btb, Isb };

  // To find a TLB entry's word: the tables that are being written.
  void watch(arch::arm::TableView tables) { tables_ = tables; }

  void store(arch::arm::Descriptor* entry, arch::arm::Descriptor value) {
    note(Step::Store);
    if (value != 0 && *entry != 0) complain("a live word was changed without a break");
    if (value != 0 && stale_.count(entry) != 0)
      complain("a word was made anew before its purge was complete");
    if (value == 0 && *entry != 0) stale_[entry] = Stale::Written;
    *entry = value;
    dirty_.insert(entry);
    undrained_.erase(entry);
  }
  void clean_dcache_range(const void* start, std::size_t bytes) {
    note(Step::Clean);
    const std::uintptr_t first = align_down(reinterpret_cast<std::uintptr_t>(start), arch::arm::kCacheLine);
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(start) + bytes;
    for (auto i = dirty_.begin(); i != dirty_.end();) {
      const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(*i);
      if (at >= first && at < align_up(end, arch::arm::kCacheLine)) {
        undrained_.insert(*i);
        i = dirty_.erase(i);
      } else {
        ++i;
      }
    }
  }
  void clean_dcache_range(VirtAddr, std::size_t) { note(Step::CleanText); }
  void invalidate_icache_all() { note(Step::IcacheAll); }
  void dsb() {
    note(Step::Dsb);
    undrained_.clear();
    for (auto& [word, stale] : stale_) {
      if (stale == Stale::Written && dirty_.count(word) == 0) stale = Stale::InMemory;
      if (stale == Stale::Predicted) stale = Stale::Complete;
    }
  }
  void tlb_invalidate_mva(VirtAddr va) {
    note(Step::TlbMva);
    const arch::arm::Descriptor l1 = tables_.l1[index(arch::arm::kL1, va)];
    if (!arch::arm::is_l2_table(l1)) return;
    invalidated(tables_.table_at(arch::arm::l2_table_address(l1)) + index(arch::arm::kL2, va));
  }
  void tlb_invalidate_all() {
    note(Step::TlbAll);
    for (auto& [word, stale] : stale_) invalidated(word);
  }
  void flush_branch_target() {
    note(Step::Btb);
    for (auto& [word, stale] : stale_) {
      if (stale == Stale::Invalidated) stale = Stale::Predicted;
    }
  }
  void isb() {
    note(Step::Isb);
    std::erase_if(stale_, [](const auto& s) { return s.second == Stale::Complete; });
  }

  // Words that the walker may not see yet; words whose old translation may still be in the TLB.
  [[nodiscard]] std::size_t unseen() const { return dirty_.size() + undrained_.size(); }
  [[nodiscard]] std::size_t unpurged() const { return stale_.size(); }
  [[nodiscard]] std::size_t count(Step step) const {
    std::size_t n = 0;
    for (const Step s : steps) n += s == step ? 1 : 0;
    return n;
  }

  std::vector<Step> steps;
  std::vector<std::string> complaints;

 private:
  enum class Stale { Written, InMemory, Invalidated, Predicted, Complete };

  void note(Step step) { steps.push_back(step); }
  void complain(const char* what) { complaints.emplace_back(what); }
  void invalidated(const arch::arm::Descriptor* word) {
    const auto i = stale_.find(word);
    if (i != stale_.end() && i->second == Stale::InMemory) i->second = Stale::Invalidated;
  }

  arch::arm::TableView tables_;
  std::set<const arch::arm::Descriptor*> dirty_;      // stored, not cleaned
  std::set<const arch::arm::Descriptor*> undrained_;  // cleaned, no DSB yet
  std::map<const arch::arm::Descriptor*, Stale> stale_;
};
static_assert(arch::arm::MmuMaintenance<MmuRecorder>);

}  // namespace mink::fakes
