// SPDX-License-Identifier: MIT
// The space against its tables and pages.
#include <arch/irq.hpp>
#include <mm/vmalloc.hpp>
#include <sync/preempt.hpp>

namespace mink::mm {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

class Walk {
 public:
  Walk(TextSink& why, const arch::PageMapper& mapper, const PageAllocator& pages)
      : why_{why}, mapper_{mapper}, pages_{pages} {}

  [[nodiscard]] bool clean() const { return clean_; }

  void unmapped(std::uintptr_t from, std::uintptr_t to, const char* what) {
    for (; from < to; from += kPageSize) {
      if (mapper_.translate(VirtAddr{from})) return fail(from, what);
    }
  }

  void area(const VmRegion& r) {
    const std::uintptr_t mapped_end = r.start + r.page_count * kPageSize;
    const page* block = r.pages;
    std::size_t in_block = 0;
    for (std::uintptr_t at = r.start; at < mapped_end; at += kPageSize) {
      const auto found = mapper_.translate(VirtAddr{at});
      if (!found) return fail(at, "a page of an area is not mapped");
      if (r.use == VmUse::Ioremap && found->pa != r.phys + (at - r.start))
        return fail(at, "registers at a wrong address");
      if (r.use != VmUse::Vmalloc) continue;
      if (block == nullptr) return fail(at, "fewer pages than are mapped");
      if (found->pa != pages_.phys(block) + in_block * kPageSize)
        return fail(at, "another page than the area's is mapped");
      if (kind_of(*block) != PageKind::Vmalloc || block->_refcount < 1)
        return fail(at, "a mapped page is not the area's");
      if (++in_block == std::size_t{1} << order_of(*block)) block = block->next, in_block = 0;
    }
    if (r.use == VmUse::Vmalloc && (block != nullptr || in_block != 0))
      fail(r.start, "pages that are not mapped");
    unmapped(mapped_end, r.end(), "a guard page is mapped");
  }

  void fail(std::uintptr_t at, const char* what) {
    clean_ = false;
    print(why_, "vmalloc: %p: %s\n", reinterpret_cast<void*>(at), what);
  }

 private:
  TextSink& why_;
  const arch::PageMapper& mapper_;
  const PageAllocator& pages_;
  bool clean_ = true;
};

}  // namespace

bool VmallocSpace::check(TextSink& why) const {
  const sync::PreemptGuard no_thread;  // maps or unmaps between two pieces; no interrupt does
  Walk walk{why, *mapper_, *pages_};
  {
    const arch::IrqGuard guard;
    std::uintptr_t where = 0;
    if (const char* wrong = map_->check(where); wrong != nullptr) {
      walk.fail(where, wrong);
      return false;  // the walk below would trust it
    }
  }
  std::size_t owned = 0;
  for (std::uintptr_t cursor = start_; cursor != end_;) {
    const arch::IrqGuard guard;  // an area, or a piece of what lies between, at a time
    if (busy_mapping_ != 0 || deferred_ != nullptr)
      return walk.clean();  // half-way: nothing certain can be said
    const VmRegion* r = map_->busy_from(cursor);
    const std::uintptr_t next = r != nullptr ? r->start : end_;
    if (next != cursor) {
      const std::uintptr_t piece = next - cursor > kPiece ? cursor + kPiece : next;
      walk.unmapped(cursor, piece, "something is mapped where no area is");
      cursor = piece;
      continue;
    }
    walk.area(*r);
    if (r->use == VmUse::Vmalloc) owned += r->page_count;
    cursor = r->end();
  }
  if (owned != owned_pages_) walk.fail(start_, "owned pages miscounted");
  return walk.clean();
}

}  // namespace mink::mm
