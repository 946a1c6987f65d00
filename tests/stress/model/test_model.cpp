// SPDX-License-Identifier: MIT
// Each allocator against its model; and the stress itself: does it find, minimise, print and read back a failure?
#include <CppUTest/TestHarness.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "stress/long_run.hpp"
#include "stress/model/campaign.hpp"

using namespace mink::stress;

namespace {

constexpr std::uint64_t kOperations = 2'000'000, kLongOperations = 100'000'000;

void hold(const Subject& subject) {
  const char* const seed = std::getenv("MINK_SEED");
  const auto began = std::chrono::steady_clock::now();
  const Campaign c = run_campaign(subject, seed != nullptr ? std::strtoull(seed, nullptr, 0) : 1,
                                  by_length(kOperations, kLongOperations));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (c.failed) FAIL(c.report.c_str());
  std::printf(
      "stress %-8s %9llu operations and %8llu in interrupts (%llu amid an operation), %llu refused, %llu "
      "checks, %.1f s\n",
      subject.name, static_cast<unsigned long long>(c.sum.by_thread),
      static_cast<unsigned long long>(c.sum.in_interrupts), static_cast<unsigned long long>(c.sum.in_midst),
      static_cast<unsigned long long>(c.sum.refused), static_cast<unsigned long long>(c.sum.checks),
      took.count());
  CHECK(c.sum.refused != 0 && c.sum.in_midst != 0);
}

}  // namespace

TEST_GROUP(Model){};

TEST(Model, Pages) { hold(kPages); }
TEST(Model, Slab) { hold(kSlab); }
TEST(Model, Kmalloc) { hold(kKmalloc); }
TEST(Model, Vmalloc) { hold(kVmalloc); }
TEST(Model, Mempool) { hold(kMempool); }

// A subject with a fault that three operations together bring out, the last of them in an interrupt.
namespace {

class Faulty final : public World {
 public:
  void settled() override {}
  void check() override {}
  void finish() override {}
  unsigned armed = 0;
};

constexpr OpKind kFaulty[] = {
    {"idle", 50, true, {{"n", [](Random& r) { return r.below(9); }}}, [](World&, Args) {}},
    {"arm", 5, false, {}, [](World& s, Args) { static_cast<Faulty&>(s).armed |= 1; }},
    {"aim", 5, false, {}, [](World& s, Args) { static_cast<Faulty&>(s).armed |= 2; }},
    {"fire",
     5,
     true,
     {{"gfp", [](Random& r) { return r.next(); }}},
     [](World& s, Args) {
       if (static_cast<Faulty&>(s).armed == 3) fail("it went off");
     }},
};
const Subject kFault{"fault", kFaulty, 1,
                     [](unsigned) -> std::unique_ptr<World> { return std::make_unique<Faulty>(); }};

}  // namespace

TEST_GROUP(Replays){};

TEST(Replays, AFailureIsMinimisedToWhatItTakes) {
  Replay replay{&kFault, 0, draw(kFault, 7, 400)};
  Outcome outcome = run_apart(replay, true);
  CHECK_TRUE(outcome.failed);
  STRCMP_EQUAL("it went off", outcome.message.c_str());
  const Replay least = minimised(replay, outcome, 30);
  CHECK_EQUAL(3u, least.ops.size());
  CHECK_TRUE(run_apart(least, true).failed);
}

TEST(Replays, TextComesBackAsItWas) {
  const Replay replay{&kFault, 0, draw(kFault, 3, 50)};
  const Subject* const known[] = {&kPages, &kFault};
  Replay back;
  std::string problem;
  CHECK_TRUE(from_text("# a comment\n" + to_text(replay), known, back, problem));
  STRCMP_EQUAL(to_text(replay).c_str(), to_text(back).c_str());
  CHECK_EQUAL(replay.ops.size(), back.ops.size());
}

TEST(Replays, NonsenseIsNamed) {
  Replay back;
  std::string problem;
  CHECK_FALSE(from_text("stress pages variant 0\nalloc slot=1 gfp=2\n", subjects(), back, problem));
  STRCMP_EQUAL("line 2: alloc slot=1 gfp=2", problem.c_str());
  CHECK_FALSE(from_text("stress nothing variant 0\n", subjects(), back, problem));
  CHECK_FALSE(from_text("", subjects(), back, problem));
}

TEST(Replays, AHangAndADeathAreFailures) {
  static constexpr OpKind kDies[] = {{"die", 1, false, {}, [](World&, Args) { __builtin_trap(); }}};
  const Subject subject{"dies", kDies, 1,
                        [](unsigned) -> std::unique_ptr<World> { return std::make_unique<Faulty>(); }};
  const Outcome outcome = run_apart(Replay{&subject, 0, draw(subject, 1, 1)}, true);
  CHECK_TRUE(outcome.failed);
  CHECK_FALSE(outcome.message.empty());
}
