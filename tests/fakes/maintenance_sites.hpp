// SPDX-License-Identifier: MIT
// Which line of the table code asked for which maintenance, and which of them is left out on purpose. Host only.
#pragma once
#include <algorithm>
#include <map>
#include <source_location>
#include <string>
#include <tuple>

namespace mink::fakes {

enum class Maintenance { CleanTable, CleanText, Dsb, TlbMva, TlbAll, IcacheAll, BranchFlush, Isb };

constexpr const char* name_of(Maintenance m) {
  constexpr const char* kNames[] = {"clean D (table)", "clean D (text)", "DSB",          "TLB invalidate MVA",
                                    "TLB invalidate",  "I invalidate",   "branch flush", "ISB"};
  return kNames[static_cast<unsigned>(m)];
}

struct Site {
  Maintenance what{};
  std::string file;  // as the compiler names it, relative to the top of the tree
  unsigned line = 0;
  std::string function;  // bare
  unsigned long calls = 0;
};

class Sites {
 public:
  using Key = std::tuple<unsigned, Maintenance, const char*>;

  // False: this call is the one to leave out.
  bool perform(Maintenance what, const std::source_location& at) {
    const Key key{at.line(), what, at.file_name()};
    Site& site = seen_[key];
    if (site.calls++ == 0) site = {what, at.file_name(), at.line(), bare(at.function_name()), 1};
    return key != dropped_;
  }
  void drop(const Key& key) { dropped_ = key; }
  [[nodiscard]] const std::map<Key, Site>& seen() const { return seen_; }

 private:
  // "Err PageTables<M>::unmap_run(…)::<lambda…>" -> "unmap_run"
  static std::string bare(std::string name) {
    name.resize(std::min(name.find('('), name.size()));
    const std::size_t colons = name.rfind(':');
    return colons == std::string::npos ? name.substr(name.rfind(' ') + 1) : name.substr(colons + 1);
  }

  std::map<Key, Site> seen_;
  Key dropped_{};
};

}  // namespace mink::fakes
