// SPDX-License-Identifier: MIT
// Copies that a thread waits for.
#include <linux/completion.h>
#include <linux/jiffies.h>

#include <kernel/dma_engine.hpp>

namespace mink::kernel {
namespace {

constinit DmaEngine* the_engine = nullptr;

}  // namespace

void set_dma_engine(DmaEngine& engine) { the_engine = &engine; }
DmaEngine* dma_engine() { return the_engine; }

Err dma_copy(DmaEngine& engine, std::span<const DmaSegment> segments) {
  completion done COMPLETION_INITIALIZER(done);
  std::uint64_t bytes = 0;
  for (const DmaSegment& s : segments) bytes += s.bytes;
  DmaCopy copy;
  copy.segments = segments;
  copy.context = &done;
  copy.done = [](DmaCopy& c) { complete(static_cast<completion*>(c.context)); };
  if (const Err e = engine.submit(copy); !ok(e)) return e;
  const auto patience = static_cast<unsigned long>((1 + (bytes >> 20)) * HZ);
  if (wait_for_completion_timeout(&done, patience) == 0 && engine.cancel(copy)) return Err::TimedOut;
  return copy.result;
}

}  // namespace mink::kernel
