// SPDX-License-Identifier: MIT
// Allocations that fail on purpose: Linux's failslab and fail_page_alloc (Documentation/fault-injection), and a sweep
// that makes the first, the second, the third ... allocation of an operation fail.
#pragma once
#include <cstddef>
#include <cstdint>
#include <lib/text_sink.hpp>
#include <mm/failure_source.hpp>
#include <string_view>

namespace mink::inspect {

// Which allocations fail. Linux's names and defaults; what is beyond Linux says so.
struct FaultSettings {
  unsigned probability = 0;  // percent of those that come so far
  unsigned interval = 1;     // of these every n-th
  long long times = 1;       // so many failures; -1: no end
  std::size_t space = 0;     // so much is given out before the first: bytes of slab objects, pages of blocks
  bool ignore_gfp_wait = true;     // those that may sleep do not fail
  bool ignore_gfp_highmem = true;  // nor those for high memory (blocks)
  unsigned min_order = 1;          // nor smaller blocks (blocks)
  unsigned max_order = 31;         // mink: nor larger ones
  std::size_t min_size = 0;        // mink: bytes, of object or block
  std::size_t max_size = SIZE_MAX;
  gfp_t gfp = 0;  // mink: all of these flags must be there
  unsigned nth =
      0;  // mink: exactly the n-th of those that all filters let pass fails; probability, interval, times
          // and space do not count. 0: they do
  std::uintptr_t caller_start = 0, caller_end = UINTPTR_MAX;  // mink: code that asks; [start, end)
};

// One point of failure: decides, and counts. Constant-initialised, off.
class FaultAttr final : public mm::FailureSource {
 public:
  enum class Kind : unsigned { Slab, Pages };
  constexpr explicit FaultAttr(Kind kind) : kind_{kind} { settings_.min_order = kind == Kind::Pages ? 1 : 0; }

  // Counts begin anew. `only_where`: asked first, nothing fails where it is false; nullptr: everywhere. Any context.
  void set(const FaultSettings& settings, bool (*only_where)() = nullptr);
  [[nodiscard]] const FaultSettings& settings() const { return settings_; }

  bool fails(gfp_t gfp, std::size_t size, unsigned order, const void* caller) override;
  [[nodiscard]] std::size_t asked() const { return asked_; }    // that the filters let pass
  [[nodiscard]] std::size_t failed() const { return failed_; }  // made to fail

 private:
  [[nodiscard]] bool passes_filters(gfp_t gfp, std::size_t size, unsigned order, const void* caller) const;
  [[nodiscard]] bool is_due(std::size_t cost);

  Kind kind_;
  FaultSettings settings_{};
  bool (*only_where_)() = nullptr;
  std::size_t space_left_ = 0;
  std::size_t asked_ = 0, failed_ = 0;
  std::uint32_t random_ = 1;
};

// "interval,probability,space,times" as failslab= and fail_page_alloc= have it on Linux's command line. False: it is not,
// and `settings` is as it was.
[[nodiscard]] bool parse_fault_option(std::string_view text, FaultSettings& settings);

// One "NAME=VALUE" of Linux's names (- and _ are the same): probability=100 ignore-gfp-wait=N gfp=GFP_ATOMIC size=64-128
// order=0-3 caller=SYMBOL. nullptr: done. Otherwise what was wanted.
[[nodiscard]] const char* set_fault(std::string_view setting, FaultSettings& settings);
// All of it as such words, one line, no newline.
void print_fault(TextSink& out, const FaultSettings& settings);

}  // namespace mink::inspect
