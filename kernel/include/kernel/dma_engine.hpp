// SPDX-License-Identifier: MIT
// What copies memory beside the CPU. Addresses are those of <linux/dma-mapping.h>: who asks for a copy has mapped
// both sides.
#pragma once
#include <linux/types.h>

#include <base/err.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mink::kernel {

struct DmaSegment {
  dma_addr_t to, from;
  std::size_t bytes;  // not 0; the two ranges do not overlap
};

// A copy under way; the asker's memory, and so are the segments, which the engine reads in submit() alone.
struct DmaCopy {
  std::span<const DmaSegment> segments;
  void (*done)(DmaCopy& copy) =
      nullptr;  // in the interrupt: the copy is the asker's again, `result` says how it went
  void* context = nullptr;
  Err result = Err::Ok;  // Io: the bus answered with an error, somewhere on the way

  // The engine's own: the first item as its registers want it, the others, and a queue.
  struct {
    std::uint32_t head[5];
    void *first, *last;
    DmaCopy* next;
  } engine = {};
};

class DmaEngine {
 public:
  struct Figures {
    unsigned copies;  // well done
    unsigned errors;
    unsigned cancelled;
  };

  [[nodiscard]] virtual const char* name() const = 0;
  // Begins when a channel is free. Any context. Inval: no segment, an empty one, or one beyond all addresses. NoMem: no
  // coherent memory for the list of its transfers. Then done() is not called. O(transfers).
  virtual Err submit(DmaCopy& copy) = 0;
  // Takes a copy back, half done or not begun; done() is not called. False: it is done already. Any context.
  virtual bool cancel(DmaCopy& copy) = 0;
  [[nodiscard]] virtual Figures figures() const = 0;

 protected:
  ~DmaEngine() = default;
};

// Copies, and sleeps until it is done. Thread context. As submit() and DmaCopy::result; TimedOut: no interrupt came in a
// second and one more for each megabyte; the copy was cancelled.
Err dma_copy(DmaEngine& engine, std::span<const DmaSegment> segments);

// The board's, once.
void set_dma_engine(DmaEngine& engine);
[[nodiscard]] DmaEngine* dma_engine();  // nullptr: there is none

}  // namespace mink::kernel
