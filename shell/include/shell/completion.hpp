// SPDX-License-Identifier: MIT
// What Tab may offer: the editor asks, the table of commands and the /proc registry answer.
#pragma once
#include <shell/parser.hpp>
#include <string_view>

namespace mink::shell {

class CandidateVisitor {
 public:
  virtual void candidate(std::string_view text) = 0;

 protected:
  ~CandidateVisitor() = default;
};

class CompletionSource {
 public:
  // Visits every word that may stand at `place` and begins with place.word, in the order to be listed.
  virtual void complete(const WordPlace& place, CandidateVisitor& visitor) const = 0;

 protected:
  ~CompletionSource() = default;
};

// Visits those of the blank-separated `words` that begin with `prefix`.
void visit_matching(std::string_view words, std::string_view prefix, CandidateVisitor& visitor);

}  // namespace mink::shell
