// SPDX-License-Identifier: MIT
#include <inspect/sweep.hpp>

#include <mm/slab.hpp>

#include <linux/errno.h>

namespace mink::inspect {
namespace {

constexpr unsigned kMostPoints = 10'000;  // an operation that never comes to its end

// Objects and blocks count as one sequence.
constexpr FaultSettings nth(unsigned n) {
  FaultSettings settings;
  settings.nth = n;
  settings.ignore_gfp_wait = settings.ignore_gfp_highmem = false;
  settings.min_order = 0;
  return settings;
}

// The n-th allocation fails as long as this lives.
class Armed {
 public:
  Armed(SweepPlace& place, unsigned n) : place_{place} {
    attr_.set(nth(n), place.only_where);
    place_.slab.set_failures(&attr_);
    place_.pages.set_failures(&attr_);
  }
  ~Armed() {
    place_.slab.set_failures(nullptr);
    place_.pages.set_failures(nullptr);
  }
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;
  [[nodiscard]] bool struck() const { return attr_.failed() != 0; }

 private:
  SweepPlace& place_;
  FaultAttr attr_{FaultAttr::Kind::Pages};
};

// What it left behind, or nullptr.
const char* loss(SweepPlace& place, TextSink& why) {
  place.settle(place.context);
  place.after.take(place.memory);
  NullSink nowhere;
  if (print_difference(nowhere, place.memory, place.before, place.after) != 0) {
    print_difference(why, place.memory, place.before, place.after);
    return "something was not given back";
  }
  return place.check(why, place.context) ? nullptr : "the check finds fault";
}

}  // namespace

SweepResult sweep(const SweepOperation& operation, SweepPlace& place, TextSink& why) {
  SweepResult result;
  // What is made at the first use and kept is not lost.
  if (operation.run(operation.context) != 0) {
    result.wrong = "fails by itself";
    return result;
  }
  operation.undo(operation.context);
  place.settle(place.context);
  place.before.take(place.memory);
  for (unsigned n = 1; n <= kMostPoints; ++n) {
    int error;
    bool struck;
    {
      const Armed armed{place, n};
      error = operation.run(operation.context);
      struck = armed.struck();
    }
    if (error == 0) operation.undo(operation.context);
    if (struck) {
      ++result.points;
      ++(error == 0 ? result.survived : result.errors);
    }
    if (error != 0 && error != -ENOMEM) {
      print(why, "%s: error %d where its allocation %u failed\n", operation.name, error, n);
      result.wrong = "the error is not -ENOMEM";
    } else if (error != 0 && !struck) {
      result.wrong = "fails by itself";
    } else {
      result.wrong = loss(place, why);
    }
    if (result.wrong != nullptr || !struck) return result;
  }
  result.wrong = "comes to no end";
  return result;
}

}  // namespace mink::inspect
