// SPDX-License-Identifier: MIT
// Two moments beside each other.
#include <inspect/census.hpp>

#include <cstdint>
#include <mm/slab.hpp>
#include <sync/preempt.hpp>

namespace mink::inspect {
namespace {

using Signed = std::int64_t;

struct Change {
  Live live;
  Signed count;
  [[nodiscard]] Signed bytes() const { return count * static_cast<Signed>(live.size); }
  [[nodiscard]] std::uint64_t weight() const {
    const Signed n = bytes() != 0 ? bytes() : count;
    return static_cast<std::uint64_t>(n < 0 ? -n : n);
  }
};

// Calls visit(Change) for every row that differs.
template <class Visit>
void each_change(const Census& before, const Census& after, Visit visit) {
  after.each([&](const Live& live) {
    const Signed count = static_cast<Signed>(live.count) - static_cast<Signed>(before.count_of(live));
    if (count != 0) visit(Change{live, count});
  });
  before.each([&](const Live& live) {
    if (after.count_of(live) == 0) visit(Change{live, -static_cast<Signed>(live.count)});
  });
}

void print_what(TextSink& out, const Memory& memory, const Live& live) {
  switch (live.kind) {
    case LiveKind::Slab: {
      sync::preempt_disable();
      const kmem_cache* found = nullptr;
      for (const kmem_cache& cache : memory.slab->caches()) {
        if (&cache == live.of) found = &cache;
      }
      print(out, "slab %s", found != nullptr ? found->name : "(a cache that is gone)");
      sync::preempt_enable();
      break;
    }
    case LiveKind::Large:
      print(out, "kmalloc %zu", live.size);
      break;
    case LiveKind::Pages:
      print(out, "pages %zu kB", live.size / 1024);
      break;
    case LiveKind::Vmalloc:
      print(out, "vmalloc %zu kB", live.size / 1024);
      break;
    case LiveKind::Pool:
      print(out, "mempool %p, elements of %ps", live.of, live.caller);
      return;
  }
  if (live.caller != nullptr) print(out, " by %pS", live.caller);
}

// Is `a` to stand before `b`? A total order, so that each change is found exactly once.
bool before_in_list(const Change& a, const Change& b) {
  if (a.weight() != b.weight()) return a.weight() > b.weight();
  if (a.live.kind != b.live.kind) return a.live.kind < b.live.kind;
  if (a.live.of != b.live.of) return a.live.of < b.live.of;
  if (a.live.caller != b.live.caller) return a.live.caller < b.live.caller;
  return a.live.size < b.live.size;
}

}  // namespace

std::size_t print_difference(TextSink& out, const Memory& memory, const Census& before, const Census& after) {
  std::size_t lines = 0;
  Signed sum = 0;
  Change last{};
  for (;;) {  // the next in order, each time by a look at all: nothing has to be kept
    const Change* next = nullptr;
    Change best{};
    each_change(before, after, [&](const Change& change) {
      if (lines != 0 && !before_in_list(last, change)) return;
      if (next != nullptr && !before_in_list(change, best)) return;
      best = change;
      next = &best;
    });
    if (next == nullptr) break;
    print(out, "%+8lld %+10lld  ", static_cast<long long>(best.count), static_cast<long long>(best.bytes()));
    print_what(out, memory, best.live);
    print(out, "\n");
    sum += best.bytes();
    last = best;
    ++lines;
  }
  if (lines == 0) {
    print(out, "nothing differs\n");
  } else {
    print(out, "%8s %+10lld  bytes in all\n", "", static_cast<long long>(sum));
  }
  if (before.untold() + after.untold() != 0) {
    print(out, "besides, %zu allocations then and %zu now found no room in the list\n", before.untold(),
          after.untold());
  }
  return lines;
}

}  // namespace mink::inspect
