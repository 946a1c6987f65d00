// SPDX-License-Identifier: MIT
// What else a bare-metal developer could link: newlib's malloc (or newlib-nano's: the link decides), interrupts masked around
// it, measured as the bench measures kmalloc, and kmalloc beside it. qemu/bench --peers runs it.
#include <arch/irq.hpp>
#include <cstdlib>
#include <kernel/console.hpp>
#include <kernel/main.hpp>

#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench/bench.hpp"
#include "bench/malloc_rows.hpp"
#include "memory_state.hpp"

namespace mink::shell {
namespace {

constexpr std::size_t kHeapBytes = 16u << 20;
constinit char* heap = nullptr;
constinit std::ptrdiff_t heap_used = 0;

struct Malloc {
  static void* take(unsigned bytes) {
    const arch::IrqGuard off;
    return std::malloc(bytes);
  }
  static void give(void* object) {
    const arch::IrqGuard off;
    std::free(object);
  }
  static std::size_t used() { return static_cast<std::size_t>(heap_used); }
};

struct Kmalloc {
  static void* take(unsigned bytes) { return kmalloc(bytes, GFP_KERNEL); }
  static void give(void* object) { kfree(object); }
  static std::size_t used() { return (present_page_count() - free_page_count()) * 4096; }
};

template <class A, unsigned kBytes>
bool same_size(Meter& meter) {
  return meter.pairs(
      meter.times(), [](unsigned) { return A::take(kBytes); }, [](void* object) { A::give(object); });
}

template <class A>
struct Rows {
  static constexpr BenchRow kAll[] = {
      {"pair64", "64 bytes, a pair", 0, 0, Figure::Pair, same_size<A, 64>},
      {"pair-variable", "8-4096 bytes, a pair", 0, 0, Figure::Pair, variable_pairs<A>},
      {"256x-alloc", "256 x 64 bytes: alloc", 0, 0, Figure::Take, random_batch<A, 64, 256>},
      {"256x-free", "256 x 64 bytes: free in random order", 0, 0, Figure::Give, random_batch<A, 64, 256>},
      {"4096x-alloc", "4096 x 64 bytes: alloc", 0, 0, Figure::Take, random_batch<A, 64, 4096>},
      {"4096x-free", "4096 x 64 bytes: free in random order", 0, 0, Figure::Give, random_batch<A, 64, 4096>},
      {"churn-alloc", "churn, 1024 slots, 8-4096: alloc", 0, 0, Figure::Take, churn<A>},
      {"churn-free", "churn, 1024 slots, 8-4096: free", 0, 0, Figure::Give, churn<A>},
      {"pair16k", "16 K, a pair", 0, 0, Figure::Pair, same_size<A, 16384>},
      {"pair64k", "64 K, a pair", 0, 0, Figure::Pair, same_size<A, 65536>},
  };
};

// Bytes taken from below for 4096 live objects of 64 bytes.
template <class A>
std::size_t memory_of_live(Meter& meter) {
  const std::size_t before = A::used();
  for (unsigned i = 0; i < Meter::kMostObjects; ++i) meter.objects()[i] = A::take(64);
  const std::size_t bytes = A::used() - before;
  for (unsigned i = 0; i < Meter::kMostObjects; ++i) A::give(meter.objects()[i]);
  return bytes;
}

// The most that an allocator has below it while it lasts. The greatest need is seen at the takes.
template <class A>
struct Watched {
  static inline constinit std::size_t most = 0;
  static void* take(unsigned bytes) {
    void* const object = A::take(bytes);
    if (A::used() > most) most = A::used();
    return object;
  }
  static void give(void* object) { A::give(object); }
};

template <class A>
std::size_t memory_of_churn(Meter& meter) {
  const std::size_t before = Watched<A>::most = A::used();
  meter.start_row();
  return churn<Watched<A>>(meter) ? Watched<A>::most - before : 0;
}

class ConsoleSink final : public TextSink {
 public:
  void write(const char* text, std::size_t length) override { kernel::console_write(text, length); }
};

// Memory first: the heap of a malloc only grows.
template <class A>
bool measure(const char* name, const ClockUnit& unit, Meter& meter, TextSink& out) {
  print(out, "allocator %s\n", name);
  settle_memory();
  const std::size_t live = memory_of_live<A>(meter);
  print(out, "memory-4096x %zu bytes\n", live);
  settle_memory();
  const std::size_t peak = memory_of_churn<A>(meter);
  print(out, "memory-churn %zu bytes\n", peak);
  bool all = live != 0 && peak != 0;
  for (const BenchRow& row : Rows<A>::kAll) all &= measure_row(row, unit, meter, out);
  return all;
}

}  // namespace
}  // namespace mink::shell

extern "C" {
// What newlib's malloc asks for: memory in one piece, and silence from others, which its callers here have seen to.
void* _sbrk(std::ptrdiff_t bytes) {
  using namespace mink::shell;
  if (heap_used + bytes < 0 || heap_used + bytes > static_cast<std::ptrdiff_t>(kHeapBytes))
    return reinterpret_cast<void*>(-1);
  char* const at = heap + heap_used;
  heap_used += bytes;
  return at;
}
void __malloc_lock(struct _reent*) {}
void __malloc_unlock(struct _reent*) {}
}

int mink::kernel::image_main() {
  using namespace mink::shell;
  ConsoleSink out;
  const ClockUnit unit = clock_unit();
  Meter meter{unit, 10'000};
  heap = static_cast<char*>(vmalloc(kHeapBytes));
  if (heap == nullptr || !meter.ready()) return 1;
  const bool theirs = measure<Malloc>("malloc", unit, meter, out);
  return measure<Kmalloc>("kmalloc", unit, meter, out) && theirs ? 0 : 1;
}
