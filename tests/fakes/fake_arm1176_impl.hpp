// SPDX-License-Identifier: MIT
// What FakeArm1176 does. Included by fake_arm1176.hpp alone.
#pragma once

namespace mink::fakes {

// By address: through a translation, like any access.
inline void FakeArm1176::clean_dcache_range(VirtAddr start, std::size_t bytes, const Here& at) {
  if (!begin(Maintenance::CleanText, at)) return;
  for (VirtAddr va = start; va - start < bytes; va += kPageSize) {
    for_each_translation(va, [&](const Entry* entry) {
      if (entry == nullptr) return blame("a clean by address met a hole: a data abort");
      if (!cache_.holds(entry->at(va))) return blame("a clean by address went past memory");
      clean_lines(entry->at(va), kPageSize);
    });
  }
  turn();
}

inline void FakeArm1176::switch_tables(PhysAddr l1) {
  l1_ = l1;
  tlb_.clear();
  walks_.clear();
  predicted_.clear();
  issued_.clear();
  cache_.drain();
  prefetched_.clear();
}

inline void FakeArm1176::perform_one() {
  const Issued op = issued_.front();
  issued_.pop_front();
  switch (op.what) {
    case Maintenance::TlbMva:
      for (const std::size_t granule : granules_)
        tlb_.erase(key(VirtAddr{align_down(op.va.raw(), granule)}, granule));
      std::erase_if(walks_, [&](const Walk& w) {
        return align_down(w.va.raw(), arch::arm::kLargePage) ==
               align_down(op.va.raw(), arch::arm::kLargePage);
      });
      break;
    case Maintenance::TlbAll:
      tlb_.clear();
      walks_.clear();
      break;
    case Maintenance::IcacheAll:
      icache_.clear();
      break;
    case Maintenance::BranchFlush:
      predicted_.clear();
      break;
    default:
      break;
  }
}

inline std::optional<FakeArm1176::Entry> FakeArm1176::finish_walk(VirtAddr va, arch::arm::Descriptor l1) {
  arch::arm::Decoded d = arch::arm::decode_l1(l1);
  if (d.kind == arch::arm::Kind::L2Table) {
    const PhysAddr word = d.pa + index(arch::arm::kL2, va) * sizeof(arch::arm::Descriptor);
    if (!cache_.holds(word)) {
      blame("a walk left memory: the first-level word was no word of ours");
      return std::nullopt;
    }
    d = arch::arm::decode_l2(cache_.memory_word(word));
  }
  if (!d.maps()) return std::nullopt;
  return Entry{VirtAddr{align_down(va.raw(), d.granule)}, d.granule, d.pa, arch::arm::attr_of(d)};
}

// The TLB keeps no faults.
inline void FakeArm1176::load(VirtAddr va, const Entry& entry) {
  if (std::find(granules_.begin(), granules_.end(), entry.granule) == granules_.end())
    granules_.push_back(entry.granule);
  std::vector<Entry>& same = tlb_[key(entry.start, entry.granule)];
  for (const Entry& known : same) {
    if (known == entry) return;
  }
  // Two entries for one address: what a lookup does then is Unpredictable.
  for (const std::size_t granule : granules_) {
    const std::size_t larger = std::max(granule, entry.granule);
    const VirtAddr from{align_down(entry.start.raw(), larger)};
    for (std::size_t at = 0; at < larger; at += granule) {
      const auto other = tlb_.find(key(from + at, granule));
      if (other != tlb_.end() && !other->second.empty())
        blame("the TLB holds two translations of one address");
    }
  }
  if (judge != nullptr) {
    if (const char* complaint = judge->loaded(va, entry)) blame(complaint);
  }
  same.push_back(entry);
}

inline bool FakeArm1176::remembers(VirtAddr va) const {
  for (const std::size_t granule : granules_) {
    const auto at = tlb_.find(key(VirtAddr{align_down(va.raw(), granule)}, granule));
    if (at != tlb_.end() && !at->second.empty()) return true;
  }
  for (const Walk& w : walks_) {
    if (w.done && va - w.done->start < w.done->granule) return true;
  }
  return false;
}

template <class Visit>
void FakeArm1176::for_each_translation(VirtAddr va, Visit visit) {
  // What the TLB holds, and what a walk finds if it holds that no more.
  const std::optional<Entry> fresh = walk(va);
  if (fresh) load(va, *fresh);
  for (const std::size_t granule : granules_) {
    const auto at = tlb_.find(key(VirtAddr{align_down(va.raw(), granule)}, granule));
    if (at == tlb_.end()) continue;
    for (std::size_t i = 0; i < at->second.size(); ++i) visit(&at->second[i]);
  }
  if (!fresh) visit(nullptr);
}

// By any translation that it could use; the prefetch buffer and the predictor remember others.
inline FakeArm1176::Fetched FakeArm1176::fetch(VirtAddr va) {
  std::optional<Entry> use;
  unsigned choices = 0;
  for_each_translation(va, [&](const Entry* entry) {
    if (entry != nullptr && dice.below(++choices) == 0) use = *entry;
  });
  if (!use || !use->attr.exec || !cache_.holds(use->at(va))) return {};
  const PhysAddr pa = use->at(va);
  const PhysAddr line{align_down(pa.raw(), DataCache::kLine)};
  const DataCache::Line& bytes = icache_.try_emplace(line.raw(), cache_.memory_line(line)).first->second;
  Fetched found{false, pa, 0};
  std::memcpy(&found.word, bytes.data() + (pa - line), sizeof found.word);
  return found;
}

template <class Visit>
void FakeArm1176::for_each_fetch(VirtAddr va, Visit visit) {
  visit(fetch(va), "");
  for (const Fetched& f : prefetched_[va.raw()]) visit(f, ", as prefetched before");
  for (const Fetched& f : predicted_[va.raw()]) visit(f, ", as predicted before");
}

// --- the adversary ---

inline void FakeArm1176::new_mood() {
  constexpr unsigned kOften[] = {0, 16, 64, 256};
  evicts_ = kOften[dice.below(4)];
  performs_ = kOften[dice.below(4)];
  looks_ = kOften[dice.below(4)];
}

inline void FakeArm1176::turn() {
  if (dice.chance(evicts_)) {
    const PhysAddr pa = recent_[dice.below(std::size(recent_))];
    if (cache_.holds(pa)) cache_.evict(pa);
    cache_.drain_one();
  }
  if (!issued_.empty() && dice.chance(performs_)) perform_one();
  if (dice.chance(looks_)) mischief();
}

inline VirtAddr FakeArm1176::hot_page() {
  const Window& w = hot_[dice.below(std::size(hot_))];
  // Its guard page, too.
  return w.va + dice.below(w.pages + 1) * kPageSize;
}

inline void FakeArm1176::mischief() {
  constexpr std::size_t kWalks = 8, kKept = 8;
  const auto remember = [&](Memories& where, VirtAddr va) {
    const Fetched f = fetch(va);
    std::vector<Fetched>& kept = where[va.raw()];
    if (kept.size() < kKept && std::find(kept.begin(), kept.end(), f) == kept.end()) kept.push_back(f);
  };
  const VirtAddr page = hot_page();
  const VirtAddr text = page + kTextOffsets[dice.below(std::size(kTextOffsets))];
  switch (dice.below(7)) {
    case 0:
    case 1:
      if (const auto entry = walk(page)) load(page, *entry);
      break;
    case 2:
      if (walks_.size() < kWalks) walks_.push_back({page, read_l1(page), std::nullopt});
      break;
    case 3:
      if (walks_.size() >= kWalks) break;
      if (const auto entry = walk(page)) walks_.push_back({page, std::nullopt, entry});
      break;
    case 4: {
      if (walks_.empty()) break;
      const std::size_t i = dice.below(walks_.size());
      const Walk w = walks_[i];
      walks_.erase(walks_.begin() + static_cast<std::ptrdiff_t>(i));
      const auto entry = w.done ? w.done : finish_walk(w.va, *w.l1);
      if (entry) load(w.va, *entry);
      break;
    }
    case 5:
      remember(prefetched_, text);
      break;
    default:
      remember(predicted_, text);
      break;
  }
}

}  // namespace mink::fakes
