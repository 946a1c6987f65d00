// SPDX-License-Identifier: MIT
// The page-table code on a CPU that forgives nothing; then with each of its maintenance operations left out in turn,
// which must not go unnoticed.
#include <CppUTest/TestHarness.h>

#include <cstdio>
#include <cstring>

#include "fakes/log.hpp"
#include "stress/long_run.hpp"
#include "stress/mmu/areas.hpp"
#include "stress/mmu/boot.hpp"

using namespace mink;
using namespace mink::stress;
using fakes::Sites;

namespace {

// Of 256:                              alloc map device protect text release purge
constexpr Mix kMixes[] = {
    {"vmalloc and vfree", 90, 0, 0, 0, 0, 88, 1}, {"vmap", 0, 90, 0, 0, 0, 88, 1},
    {"ioremap", 0, 0, 90, 0, 0, 88, 1},           {"lazy purge and trim", 60, 10, 10, 0, 5, 40, 40},
    {"protection", 30, 0, 0, 90, 5, 30, 1},       {"module text", 10, 20, 0, 10, 40, 65, 2},
    {"everything", 40, 20, 10, 30, 20, 100, 4}};
constexpr std::size_t kMillion = 1000000;
constexpr std::size_t kStepsOfBoot = 100;  // a boot costs as much
constexpr std::size_t kTries[] = {200, 2000, 10000,
                                  40000};  // steps for a mutant, each with a seed of its own

struct Outcome {
  std::string fault;
  std::size_t steps = 0;
};

Outcome run_areas(const Mix& mix, std::uint64_t seed, std::size_t steps, const Sites::Key* dropped,
                  std::map<Sites::Key, fakes::Site>* seen = nullptr) {
  const auto areas = std::make_unique<Areas>(mix, seed);
  if (dropped != nullptr) areas->cpu().sites.drop(*dropped);
  Outcome out;
  out.steps = areas->run(steps);
  if (areas->cpu().fault.empty()) areas->finish();
  out.fault = areas->cpu().fault;
  if (seen != nullptr) {
    for (const auto& [key, site] : areas->cpu().sites.seen()) (*seen)[key] = site;
  }
  return out;
}

// A step is a boot.
Outcome run_boot(std::uint64_t seed, std::size_t steps, const Sites::Key* dropped,
                 std::map<Sites::Key, fakes::Site>* seen = nullptr) {
  Outcome out;
  while (out.steps < steps && out.fault.empty()) {
    Boot boot{seed * 1000 + out.steps};
    if (dropped != nullptr) boot.cpu().sites.drop(*dropped);
    boot.run(200);
    if (seen != nullptr) {
      for (const auto& [key, site] : boot.cpu().sites.seen()) (*seen)[key] = site;
    }
    out.fault = boot.cpu().fault;
    ++out.steps;
  }
  return out;
}

// Every kind of use, and the boot as the last one.
constexpr std::size_t kBoot = std::size(kMixes), kScenarios = kBoot + 1;
const char* name_of(std::size_t scenario) { return scenario == kBoot ? "boot" : kMixes[scenario].name; }
Outcome run_scenario(std::size_t scenario, std::uint64_t seed, std::size_t steps, const Sites::Key* dropped) {
  if (scenario == kBoot) return run_boot(seed, steps / kStepsOfBoot, dropped);
  return run_areas(kMixes[scenario], seed, steps, dropped);
}

// Lines of the table code that ask for maintenance, as they stand in the source.
std::size_t calls_in(const char* file) {
  constexpr const char* kCalls[] = {"clean_dcache_range(",
                                    "dsb()",
                                    "tlb_invalidate_mva(",
                                    "tlb_invalidate_all()",
                                    "invalidate_icache_all()",
                                    "flush_branch_target()",
                                    "isb()"};
  std::FILE* const source = std::fopen(file, "r");
  if (source == nullptr) return 0;
  std::size_t count = 0;
  char line[512];
  while (std::fgets(line, sizeof line, source) != nullptr) {
    for (const char* call : kCalls) {
      for (const char* object : {"m_.", "m."}) {
        const std::string whole = std::string{" "} + object + call;
        if (std::strstr(line, whole.c_str()) != nullptr) ++count;
      }
    }
  }
  std::fclose(source);
  return count;
}

}  // namespace

TEST_GROUP(UnforgivingMmu){void fail(const char* where, std::uint64_t seed, const Outcome& o){
    FAIL(StringFromFormat("%s, seed %llu, step %zu: %s", where, static_cast<unsigned long long>(seed),
                          o.steps, o.fault.c_str())
             .asCharString());
}
}
;

TEST(UnforgivingMmu, every_kind_of_use) {
  const std::size_t all = by_length(kMillion, 10 * kMillion);
  std::size_t done = 0;
  for (const Mix& mix : kMixes) {
    // Several lives each: a fresh space, another seed.
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Outcome o = run_areas(mix, seed, all / std::size(kMixes) / 4 + 1, nullptr);
      if (!o.fault.empty()) fail(mix.name, seed, o);
      done += o.steps;
    }
  }
  std::printf("\nunforgiving MMU: %zu steps in %zu kinds of use\n", done, std::size(kMixes));
}

TEST(UnforgivingMmu, the_boot) {
  const Outcome o = run_boot(1, by_length(100u, 2000u), nullptr);
  if (!o.fault.empty()) fail("boot", 1, o);
}

TEST(UnforgivingMmu, no_operation_can_be_left_out) {
  std::map<Sites::Key, fakes::Site> sites;
  CHECK_TRUE(run_boot(1, 2, nullptr, &sites).fault.empty());
  for (const Mix& mix : kMixes) CHECK_TRUE(run_areas(mix, 1, 2000, nullptr, &sites).fault.empty());

  // None that the source has is missing here.
  std::size_t written = 0;
  for (const char* file :
       {"arch/arm/include/arch_arm/page_tables_impl.hpp", "arch/arm/include/arch_arm/linear_map.hpp"})
    written += calls_in(file);
  CHECK_TRUE_TEXT(written != 0, "to be run from the top of the tree");
  CHECK_EQUAL(written, sites.size());

  std::printf("\n%-18s %-28s caught by\n", "left out", "in");
  std::size_t missed = 0;
  for (const auto& [key, site] : sites) {
    Outcome o;
    const char* by = nullptr;
    for (std::size_t n = 0; by == nullptr && n < std::size(kTries) * kScenarios; ++n) {
      const std::size_t scenario = n % kScenarios, seed = n / kScenarios + 1;
      o = run_scenario(scenario, seed, kTries[seed - 1], &key);
      if (o.fault.empty()) continue;
      by = name_of(scenario);
      // It is the missing operation's fault, and no other.
      const std::size_t as_far = scenario == kBoot ? o.steps * kStepsOfBoot : o.steps;
      const Outcome whole = run_scenario(scenario, seed, as_far, nullptr);
      if (!whole.fault.empty()) fail(by, seed, whole);
    }
    std::printf("%-18s %s:%-*u %s", fakes::name_of(site.what), site.function.c_str(),
                static_cast<int>(27 - site.function.size()), site.line, by != nullptr ? by : "NOBODY");
    if (by != nullptr) std::printf(", step %zu: %s", o.steps, o.fault.c_str());
    std::printf("\n");
    missed += by == nullptr ? 1 : 0;
  }
  std::printf("%zu left out, %zu caught\n", sites.size(), sites.size() - missed);
  CHECK_EQUAL(0u, missed);
}
