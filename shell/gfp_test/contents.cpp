// SPDX-License-Identifier: MIT
// What the page is that a mask gives: zeroed, compound, cold; and silence.
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <arch/irq.hpp>
#include <kernel/log.hpp>
#include <mm/kernel_memory.hpp>

#include "gfp_test/rows.hpp"
#include "pressure/held_pages.hpp"

namespace mink::shell {
namespace {

constexpr unsigned kPages = 16;
constexpr unsigned kOrder = 3;

void fill(page* p, int byte) {
  void* const at = kmap_local_page(p);
  memset(at, byte, PAGE_SIZE);
  kunmap_local(at);
}
bool is_zero(page* p) {
  void* const at = kmap_local_page(p);
  const bool zero = memchr_inv(at, 0, PAGE_SIZE) == nullptr;
  kunmap_local(at);
  return zero;
}

// Pages of `gfp` are written to, freed and had again with __GFP_ZERO.
void show_zeroed(Scene& scene, gfp_t gfp) {
  page* all[kPages];
  for (page*& p : all) {
    p = alloc_page(gfp);
    if (p != nullptr) fill(p, 0xa5);
  }
  for (page* p : all) {
    if (p != nullptr) __free_page(p);
  }
  unsigned had = 0, zero = 0;
  mm::ZoneType zone{};
  for (page*& p : all) {
    p = alloc_page(gfp | __GFP_ZERO);
    if (p == nullptr) continue;
    ++had;
    zone = mm::zone_of(*p);
    if (is_zero(p)) ++zero;
  }
  for (page* p : all) {
    if (p != nullptr) __free_page(p);
  }
  scene.expect(had == kPages && zero == had,
               "%u pages written to and freed: had with __GFP_ZERO, %u are zero (%s)", had, zero,
               mm::zone_name(zone));
}

// Pieces of text in the log after `cursor`.
unsigned log_pieces(kernel::LogCursor& cursor) {
  kernel::LogEntry entry;
  unsigned pieces = 0;
  while (kernel::log_read(cursor, entry)) ++pieces;
  return pieces;
}

}  // namespace

void show_zero(Scene& scene) {
  show_zeroed(scene, GFP_KERNEL);
  if (mm::kernel_memory().pages.zone(mm::ZoneType::HighMem).populated()) show_zeroed(scene, GFP_HIGHUSER);
}

void show_comp(Scene& scene) {
  page* const head = alloc_pages(GFP_KERNEL | __GFP_COMP, kOrder);
  if (!scene.expect(head != nullptr, "a block of order %u with __GFP_COMP", kOrder)) return;
  scene.expect(PageHead(head) && !PageTail(head) && compound_order(head) == kOrder,
               "  its first page is the head of order %u", compound_order(head));
  bool tails = true;
  for (unsigned i = 1; i < 1u << kOrder; ++i)
    tails = tails && PageTail(head + i) && compound_head(head + i) == head;
  scene.expect(tails, "  the other %u are tails that know it", (1u << kOrder) - 1);
  get_page(head + 3);
  scene.expect(page_count(head) == 2, "  a reference to a tail is one to the head: %d", page_count(head));
  put_page(head + 3);
  put_page(head);  // the whole block
  page* const plain = alloc_pages(GFP_KERNEL, kOrder);
  if (!scene.expect(plain != nullptr, "a block without it")) return;
  scene.expect(!PageHead(plain) && !PageTail(plain + 1), "  has neither head nor tails");
  __free_pages(plain, kOrder);
}

void show_cold(Scene& scene) {
  bool warm_again, cold_other, cold_last = false;
  {
    const arch::IrqGuard nobody_else;
    page* const p = alloc_page(GFP_ATOMIC);
    __free_page(p);
    page* const q = alloc_page(GFP_ATOMIC);
    warm_again = q == p;
    __free_page(q);
    page* const cold = alloc_page(GFP_ATOMIC | __GFP_COLD);
    cold_other = cold != p;
    page* const next = alloc_page(GFP_ATOMIC);
    cold_last = next == p;
    __free_page(next);
    __free_page(cold);
  }
  scene.expect(warm_again, "a page freed and had again is the same: warm in the cache");
  scene.expect(cold_other, "with __GFP_COLD it is another, from the far end of the list");
  scene.expect(cold_last, "  and the warm one is still there for the next");
}

void show_nowarn(Scene& scene) {
  HeldPages all;
  all.take(kDownToMin);
  kernel::LogCursor cursor;
  log_pieces(cursor);
  page* p = alloc_page(__GFP_NOWARN);
  const unsigned silent = log_pieces(cursor);
  scene.expect(p == nullptr && silent == 0, "memory short, __GFP_NOWARN: NULL, and %u lines in the log",
               silent);
  p = alloc_page(0);
  const unsigned told = log_pieces(cursor);
  // Reports are rationed: after many of them none comes.
  scene.note("without it: NULL, and %u lines in the log", told);
  scene.expect(p == nullptr, "  as it fails as well");
}

}  // namespace mink::shell
