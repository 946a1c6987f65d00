// SPDX-License-Identifier: MIT
// What is measured of any allocator of objects: kmalloc here, and what else a bare-metal developer could link (bench/peers).
// A: static void* take(unsigned bytes); static void give(void*).
#pragma once
#include "bench/meter.hpp"

namespace mink::shell {

// Sizes that a loop goes round, powers of two and what lies between them.
inline constexpr unsigned kVariableSizes[16] = {8,   16,  24,  32,  48,   64,   96,   128,
                                                192, 256, 384, 512, 1000, 1024, 2048, 4096};

struct ChurnPlan {
  static constexpr unsigned kSlots = 1024, kSteps = 20'000, kLeast = 8, kMost = 4096;
};

template <class A>
bool variable_pairs(Meter& meter) {
  const auto size = [](unsigned i) {
    unsigned bytes = kVariableSizes[i % 16];
    asm volatile("" : "+r"(bytes));
    return bytes;
  };
  return meter.pairs(
      meter.times(), [size](unsigned i) { return A::take(size(i)); }, [](void* object) { A::give(object); },
      [size](unsigned i) {
        void* p = reinterpret_cast<void*>(std::uintptr_t{size(i)});
        asm volatile("" : "+r"(p)::"memory");
        return p;
      });
}

template <class A, unsigned kBytes, unsigned kCount>
bool random_batch(Meter& meter) {
  return meter.batches(
      kCount, meter.times(), Order::Random, [](unsigned) { return A::take(kBytes); },
      [](void* object) { A::give(object); });
}

// Each step takes an object of random size into a random slot of 1024, or gives back the one that is there. Half of the
// slots are full before it is measured.
template <class A>
bool churn(Meter& meter) {
  void** const slots = meter.objects();
  for (unsigned i = 0; i < ChurnPlan::kSlots; ++i) slots[i] = nullptr;
  const auto bytes = [&meter] {
    return ChurnPlan::kLeast + meter.random().below(ChurnPlan::kMost - ChurnPlan::kLeast + 1);
  };
  bool done = true;
  for (unsigned step = 0; done && step < ChurnPlan::kSlots + ChurnPlan::kSteps; ++step) {
    void*& slot = slots[meter.random().below(ChurnPlan::kSlots)];
    const bool measured = step >= ChurnPlan::kSlots;
    if (slot != nullptr) {
      void* const object = slot;
      slot = nullptr;
      if (measured) {
        meter.giving([object] { A::give(object); });
      } else {
        A::give(object);
      }
    } else {
      const unsigned wanted = bytes();
      slot = measured ? meter.taking([wanted] { return A::take(wanted); }) : A::take(wanted);
      done = slot != nullptr;
    }
  }
  for (unsigned i = 0; i < ChurnPlan::kSlots; ++i) {
    if (slots[i] != nullptr) A::give(slots[i]);
  }
  return done;
}

}  // namespace mink::shell
