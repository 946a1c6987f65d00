// SPDX-License-Identifier: MIT
#include "stress/mmu/areas.hpp"

#include <arch_impl/fake_irq.hpp>
#include <sync/preempt.hpp>

#include "fakes/log.hpp"

namespace mink::stress {

using arch::kKernelData;
using arch::kKernelText;
using fakes::FakeArm1176;
using mm::VmUse;

namespace {
constexpr gfp_t kQuiet = GFP_KERNEL | __GFP_NOWARN;
constexpr const char* kUser = "stress";
constexpr mm::VmallocSpace::Asker kWho{kUser, nullptr};
}  // namespace

void* Areas::Tables::alloc_table_page() {
  if (areas.fail_tables_in_ != 0 && --areas.fail_tables_in_ == 0) return nullptr;
  return areas.source_.alloc_table_page();
}

void Areas::Tables::free_table_page(void* page) {
  auto* const words = static_cast<std::uint32_t*>(page);
  for (std::size_t i = 0; i < kPageSize / sizeof *words; ++i) words[i] = areas.word();
  areas.cache_.write_through(areas.cache_.phys(page), kPageSize);
  areas.source_.free_table_page(page);
}

Areas::Areas(const Mix& mix, std::uint64_t seed)
    : mix_{mix},
      l1_page_{arena_.allocator.alloc(GFP_KERNEL | __GFP_ZERO, 2, nullptr)},
      l1_{static_cast<arch::arm::Descriptor*>(arena_.allocator.address(l1_page_))},
      cache_{arena_.bytes(PhysAddr{fakes::Arena::kBase}), PhysAddr{fakes::Arena::kBase}, kPages * kPageSize},
      cpu_{cache_, arena_.allocator.phys(l1_page_), seed},
      source_{arena_.allocator},
      tables_{l1_, arena_.virt_minus_phys(), &source_of_tables_, cpu_},
      mapper_{tables_, cpu_} {
  fakes::reset_fake_irq();
  sync::mink_preempt_count = 0;
  fakes::take_log();
  fakes::fake_irq.context = &mapper_;
  fakes::fake_irq.on_enable = [](void* mapper) { static_cast<JudgedMapper*>(mapper)->interrupt(); };
  free_at_start_ = arena_.allocator.free_pages();
  if (!ok(space_.init(kStart, kStart + kSpacePages * kPageSize, arena_.allocator, mapper_, regions_)))
    cpu_.blame("the space could not be made");
  // Single pages among the blocks: both ways of mapping are taken.
  std::vector<page*> odd;
  for (std::size_t i = 0; i < 256; ++i) {
    page* const p = arena_.allocator.alloc(kQuiet, 0, nullptr);
    (i % 2 == 0 ? pool_ : odd).push_back(p);
  }
  for (page* p : odd) arena_.allocator.free(p, 0, nullptr);
}

Areas::~Areas() { fakes::reset_fake_irq(); }

std::size_t Areas::run(std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) {
    if (i % 16 == 0) cpu_.new_mood();
    if (i % 8192 == 8191) audit();
    step();
    if (!cpu_.fault.empty()) return i + 1;
  }
  return steps;
}

void Areas::step() {
  unsigned n = cpu_.dice.roll() & 255;
  const auto is = [&](unsigned share) {
    if (n < share) return n = 256, true;
    n -= n == 256 ? 0 : share;
    return false;
  };
  if (is(mix_.alloc)) alloc(false);
  if (is(mix_.map)) map();
  if (is(mix_.device)) device();
  if (is(mix_.text)) alloc(true);
  if (is(mix_.protect)) {
    if (Area* a = some(VmUse::Vmalloc)) protect(*a);
  }
  if (is(mix_.release) && !areas_.empty()) release(cpu_.dice.below(areas_.size()));
  if (is(mix_.purge)) {
    while (!areas_.empty() && cpu_.dice.chance(200)) release(cpu_.dice.below(areas_.size()));
    space_.purge();
  }
  if (!areas_.empty()) {
    Area& a = areas_[cpu_.dice.below(areas_.size())];
    access(a, cpu_.dice.below(a.pages.size()));
  }
  expect_hole();
}

// --- the users ---

void Areas::alloc(bool text) {
  if (areas_.size() == kMostAreas) return;
  const std::size_t count = cpu_.dice.chance(64) ? 16 + cpu_.dice.below(33) : 1 + cpu_.dice.below(6);
  if (cpu_.dice.chance(8)) fail_tables_in_ = 1;
  void* const base = space_.alloc(count * kPageSize, kQuiet | (cpu_.dice.chance(128) ? __GFP_ZERO : 0), kWho);
  fail_tables_in_ = 0;
  if (base == nullptr) return;
  Area a{VmUse::Vmalloc, static_cast<char*>(base), std::vector<Page>(count), {}};
  for (std::size_t i = 0; i < count; ++i) {
    const page* const p = space_.page_of(a.base + i * kPageSize);
    a.pages[i].pa = arena_.allocator.phys(p);
    a.pages[i].attr = kKernelData;
    write(a, i);
  }
  if (text) make_text(a, 0, cpu_.dice.chance(128) ? count : 1 + cpu_.dice.below(count));
  areas_.push_back(std::move(a));
}

// Code that is written through the linear map, or data.
void Areas::map() {
  const std::size_t count = 1 + cpu_.dice.below(8);
  if (areas_.size() == kMostAreas || pool_.size() < count) return;
  const arch::PageAttr attr = cpu_.dice.chance(128) ? kKernelText : kKernelData;
  Area a{VmUse::Vmap, nullptr, std::vector<Page>(count), {}};
  for (Page& p : a.pages) {
    const std::size_t i = cpu_.dice.below(pool_.size());
    page* const own = pool_[i];
    pool_[i] = pool_.back();
    pool_.pop_back();
    a.owned.push_back(own);
    p.pa = arena_.allocator.phys(own);
    p.attr = attr;
    for (std::size_t k = 0; k < kWords; ++k)
      cpu_.cpu_store(p.pa + FakeArm1176::kTextOffsets[k], p.word[k] = word());
  }
  a.base = static_cast<char*>(space_.map(a.owned, attr, kWho));
  if (a.base == nullptr) {
    pool_.insert(pool_.end(), a.owned.begin(), a.owned.end());
    return;
  }
  areas_.push_back(std::move(a));
}

void Areas::device() {
  if (areas_.size() == kMostAreas) return;
  const bool large = cpu_.dice.chance(64);
  const std::size_t count = large ? 16 + cpu_.dice.below(20) : 1 + cpu_.dice.below(4);
  const PhysAddr pa = kRegisters + (large ? 16 * cpu_.dice.below(8) : cpu_.dice.below(128)) * kPageSize;
  const arch::PageAttr attr = cpu_.dice.chance(64) ? arch::kWriteCombined : arch::kDeviceRegs;
  void* const base = space_.map_device(pa, count * kPageSize, attr, kWho);
  if (base == nullptr) return;
  Area a{VmUse::Ioremap, static_cast<char*>(base), std::vector<Page>(count), {}};
  for (std::size_t i = 0; i < count; ++i) a.pages[i] = {pa + i * kPageSize, attr, {}};
  areas_.push_back(std::move(a));
}

// What the books must say afterwards is decided here: refused if a page would be writable and executable.
bool Areas::change(Area& a, std::size_t first, std::size_t count, mm::VmallocSpace::RightsChange change) {
  bool refused = false;
  for (std::size_t i = first; i < first + count; ++i)
    refused |= change.write.value_or(a.pages[i].attr.write) && change.exec.value_or(a.pages[i].attr.exec);
  const Err e = space_.protect(a.base + first * kPageSize, count, change, kWho);
  if (ok(e) == refused) cpu_.blame("a change of rights was not answered as it had to be");
  if (refused) return fakes::take_log(), false;
  for (std::size_t i = first; i < first + count; ++i) {
    arch::PageAttr& attr = a.pages[i].attr;
    attr.write = change.write.value_or(attr.write);
    attr.exec = change.exec.value_or(attr.exec);
  }
  return true;
}

void Areas::protect(Area& a) {
  const std::size_t first = cpu_.dice.below(a.pages.size());
  const std::size_t count = 1 + cpu_.dice.below(a.pages.size() - first);
  const bool on = cpu_.dice.chance(128);
  if (cpu_.dice.chance(128)) {
    change(a, first, count, {.write = on});
  } else {
    change(a, first, count, {.exec = on});
  }
  // Soon after: there is no barrier that could make up for one.
  for (std::size_t i = first; i < first + count; ++i) access(a, i);
}

// As a module is loaded: written as data, then read-only, then executable; or loaded anew in place.
void Areas::make_text(Area& a, std::size_t first, std::size_t count) {
  change(a, first, count, {.write = false});
  change(a, first, count, {.exec = true});
  for (std::size_t i = first; i < first + count; ++i) access(a, i);
  if (!cpu_.dice.chance(64)) return;
  change(a, first, count, {.exec = false});
  change(a, first, count, {.write = true});
  for (std::size_t i = first; i < first + count; ++i) write(a, i);
  change(a, first, count, {.write = false});
  change(a, first, count, {.exec = true});
  for (std::size_t i = first; i < first + count; ++i) access(a, i);
}

void Areas::release(std::size_t i) {
  Area a = std::move(areas_[i]);
  areas_[i] = std::move(areas_.back());
  areas_.pop_back();
  switch (a.use) {
    case VmUse::Vmalloc:
      return space_.free(a.base, kWho);
    case VmUse::Vmap:
      space_.unmap(a.base, kWho);
      pool_.insert(pool_.end(), a.owned.begin(), a.owned.end());
      return;
    case VmUse::Ioremap:
      return space_.unmap_device(a.base, kWho);
  }
}

Areas::Area* Areas::some(VmUse use) {
  for (std::size_t tries = 0; tries < 4 && !areas_.empty(); ++tries) {
    Area& a = areas_[cpu_.dice.below(areas_.size())];
    if (a.use == use) return &a;
  }
  return nullptr;
}

void Areas::write(Area& a, std::size_t i) {
  Page& p = a.pages[i];
  const JudgedMapper::Meant meant{p.pa, p.attr};
  mapper_.check(va(a, i), &meant);
  for (std::size_t k = 0; k < kWords; ++k)
    cpu_.cpu_store(p.pa + FakeArm1176::kTextOffsets[k], p.word[k] = word());
}

// --- what the CPU could see ---

void Areas::access(Area& a, std::size_t i) {
  const Page& p = a.pages[i];
  const JudgedMapper::Meant meant{p.pa, p.attr};
  mapper_.check(va(a, i), &meant);
  for (std::size_t k = 0; k < kWords; ++k) {
    const std::size_t offset = FakeArm1176::kTextOffsets[k];
    if (a.use != VmUse::Ioremap && std::memcmp(cache_.cpu(p.pa + offset), &p.word[k], sizeof p.word[k]) != 0)
      cpu_.blame("a page does not hold what was written to it");
    cpu_.for_each_fetch(va(a, i) + offset, [&](const FakeArm1176::Fetched& f, const char* whence) {
      if (f.abort == p.attr.exec) {
        cpu_.blame(std::string{f.abort ? "text cannot be executed" : "what is no text can be executed"} +
                   whence);
      } else if (!f.abort && (f.pa != p.pa + offset || f.word != p.word[k])) {
        cpu_.blame(std::string{"an old instruction is executed"} + whence);
      }
    });
  }
}

void Areas::expect_hole() {
  const VirtAddr hole = mapper_.some_hole();
  if (hole == VirtAddr{}) return;
  mapper_.check(hole, nullptr);
  for (const std::size_t offset : FakeArm1176::kTextOffsets) {
    cpu_.for_each_fetch(hole + offset, [&](const FakeArm1176::Fetched& f, const char* whence) {
      if (!f.abort) cpu_.blame(std::string{"text that is gone can be executed"} + whence);
    });
  }
}

// Everything at once: tables, books, pages; every page of every area as its user knows it.
void Areas::audit() {
  char text[256] = {};
  BufferSink why{text};
  VirtAddr where{};
  std::size_t counted = 0;
  if (!space_.check(why) || !arena_.allocator.check(why)) cpu_.blame(text);
  if (const char* wrong = check_tables(tables_.view(), where, &counted)) cpu_.blame(wrong);
  if (counted != tables_.table_pages()) cpu_.blame("table pages miscounted");
  for (Area& a : areas_) {
    for (std::size_t i = 0; i < a.pages.size(); ++i) access(a, i);
  }
}

void Areas::finish() {
  audit();
  while (!areas_.empty()) release(areas_.size() - 1);
  space_.purge();
  audit();
  for (page* p : pool_) arena_.allocator.free(p, 0, nullptr);
  if (arena_.allocator.free_pages() != free_at_start_) cpu_.blame("pages are missing at the end");
  if (!ok(space_.shut_down())) cpu_.blame("an area is left at the end");
  arena_.allocator.free(l1_page_, 2, nullptr);
}

}  // namespace mink::stress
