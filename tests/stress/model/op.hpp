// SPDX-License-Identifier: MIT
// One operation on an allocator under stress, as data: drawn from a seed, run, printed, read back, left out. What it
// refers to is the number of a place, or the next place behind it that will do, so an operation means something whatever
// became of those before it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mink::stress {

class Random {  // xorshift64*: quick, repeatable
 public:
  explicit Random(std::uint64_t seed) : state_{seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du} {
    if (state_ == 0) state_ = 1;
  }
  std::uint32_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545f4914f6cdd1du) >> 32);
  }
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * limit) >> 32);
  }
  // 0 in half of all cases, 1 in a quarter ...
  std::uint32_t halving(std::uint32_t most) {
    std::uint32_t n = 0;
    for (std::uint32_t bits = next(); n < most && (bits & 1) != 0; bits >>= 1) ++n;
    return n;
  }

 private:
  std::uint64_t state_;
};

class World;
using Args = const std::uint32_t (&)[4];

struct Arg {
  const char* name;  // nullptr: there is none
  std::uint32_t (*draw)(Random& random);
};
template <std::uint32_t kMost>
std::uint32_t below(Random& random) {
  return random.below(kMost);
}

struct OpKind {
  const char* name;
  unsigned weight;
  bool in_interrupts;  // may be called there
  Arg args[4];
  void (*run)(World& world, Args args);
};

struct Op {
  const OpKind* kind;
  // 0: by the thread. n: in an interrupt, at the n-th moment of the thread's operation before it where one can come;
  // behind that operation if it has not so many.
  std::uint32_t window;
  std::uint32_t args[4];
};

// An allocator and the model it is held against. fail() ends the process.
class World {
 public:
  virtual ~World() = default;
  // After each operation of the thread: what can be compared at little cost.
  virtual void settled() = 0;
  // Now and then: everything.
  virtual void check() = 0;
  // At the end: all is given back, nothing is missing.
  virtual void finish() = 0;
};

struct Subject {
  const char* name;
  std::span<const OpKind> kinds;
  unsigned variants;
  std::unique_ptr<World> (*make)(unsigned variant);
};

// Pages, slab caches, kmalloc, vmalloc, memory pools.
extern const Subject kPages, kSlab, kKmalloc, kVmalloc, kMempool;
std::span<const Subject* const> subjects();

std::vector<Op> draw(const Subject& subject, std::uint64_t seed, std::size_t threads_operations);

// A replay as text: a heading, then an operation a line, interrupts indented.
struct Replay {
  const Subject* subject;
  unsigned variant;
  std::vector<Op> ops;
};
std::string to_text(const Replay& replay);
// False: `problem` says where and what.
bool from_text(const std::string& text, std::span<const Subject* const> known, Replay& replay,
               std::string& problem);

// --- while operations run ---
[[noreturn]] [[gnu::format(printf, 1, 2)]] void fail(const char* format, ...);
#define MINK_EXPECT(condition, ...)                      \
  do {                                                   \
    if (!(condition)) ::mink::stress::fail(__VA_ARGS__); \
  } while (false)

// Has nothing come in between since the running operation of the thread began, and is this not an interrupt in its
// midst? Then what it did can be foretold exactly.
bool undisturbed();

// The first place from `from` on that will do, around the end; nullptr: none does.
template <class Place, std::size_t kPlaces, class Test>
Place* next_place(Place (&places)[kPlaces], std::uint32_t from, Test will_do) {
  for (std::size_t i = 0; i < kPlaces; ++i) {
    Place& place = places[(from + i) % kPlaces];
    if (will_do(place)) return &place;
  }
  return nullptr;
}

struct Tally {
  std::uint64_t by_thread, in_interrupts, in_midst, refused, checks;
};
Tally& tally();

// Runs them in this process.
void execute(const Replay& replay, std::size_t& at);

}  // namespace mink::stress
