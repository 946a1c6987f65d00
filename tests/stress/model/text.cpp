// SPDX-License-Identifier: MIT
// Operations drawn from a seed, written as text, and read back.
#include <cstdio>
#include <cstring>
#include <sstream>

#include "stress/model/op.hpp"

namespace mink::stress {

std::span<const Subject* const> subjects() {
  static constexpr const Subject* kAll[] = {&kPages, &kSlab, &kKmalloc, &kVmalloc, &kMempool};
  return kAll;
}

namespace {

constexpr unsigned kInterruptedOf8 = 3;  // of the thread's operations
constexpr std::uint32_t kWindows = 96;

const OpKind& pick(const Subject& subject, Random& random, bool in_interrupt) {
  std::uint32_t sum = 0;
  for (const OpKind& k : subject.kinds) sum += !in_interrupt || k.in_interrupts ? k.weight : 0;
  std::uint32_t at = random.below(sum);
  for (const OpKind& k : subject.kinds) {
    if (in_interrupt && !k.in_interrupts) continue;
    if (at < k.weight) return k;
    at -= k.weight;
  }
  return subject.kinds.front();
}

Op draw_one(const Subject& subject, Random& random, std::uint32_t window) {
  Op op{&pick(subject, random, window != 0), window, {}};
  for (unsigned i = 0; i < 4 && op.kind->args[i].name != nullptr; ++i)
    op.args[i] = op.kind->args[i].draw(random);
  return op;
}

}  // namespace

std::vector<Op> draw(const Subject& subject, std::uint64_t seed, std::size_t operations) {
  Random random{seed};
  std::vector<Op> ops;
  ops.reserve(operations + operations / 2 + 8);
  for (std::size_t i = 0; i < operations; ++i) {
    ops.push_back(draw_one(subject, random, 0));
    if (random.below(8) >= kInterruptedOf8) continue;
    std::uint32_t at = 0;
    for (std::uint32_t n = 1 + random.halving(2); n != 0; --n) {
      // Short operations have few windows, long ones many: both are met.
      at += 1 + random.below(random.below(2) == 0 ? 6 : kWindows);
      ops.push_back(draw_one(subject, random, at));
    }
  }
  return ops;
}

std::string to_text(const Replay& replay) {
  std::ostringstream out;
  out << "stress " << replay.subject->name << " variant " << replay.variant << "\n";
  for (const Op& op : replay.ops) {
    if (op.window != 0) out << "  at " << op.window << " ";
    out << op.kind->name;
    for (unsigned i = 0; i < 4 && op.kind->args[i].name != nullptr; ++i) {
      const bool bits =
          std::strcmp(op.kind->args[i].name, "gfp") == 0 || std::strcmp(op.kind->args[i].name, "flags") == 0;
      char text[64];
      std::snprintf(text, sizeof text, bits ? " %s=%#x" : " %s=%u", op.kind->args[i].name, op.args[i]);
      out << text;
    }
    out << "\n";
  }
  return out.str();
}

bool from_text(const std::string& text, std::span<const Subject* const> known, Replay& replay,
               std::string& problem) {
  std::istringstream lines{text};
  std::string line, word;
  unsigned number = 0;
  replay = {};
  while (std::getline(lines, line)) {
    ++number;
    problem = "line " + std::to_string(number) + ": " + line;
    std::istringstream words{line};
    if (!(words >> word) || word[0] == '#') continue;
    if (replay.subject == nullptr) {
      std::string name, variant;
      if (word != "stress" || !(words >> name >> variant >> replay.variant) || variant != "variant")
        return false;
      for (const Subject* s : known) {
        if (name == s->name) replay.subject = s;
      }
      if (replay.subject == nullptr) return false;
      continue;
    }
    Op op{};
    if (word == "at" && !(words >> op.window >> word)) return false;
    for (const OpKind& k : replay.subject->kinds) {
      if (word == k.name) op.kind = &k;
    }
    if (op.kind == nullptr) return false;
    for (unsigned i = 0; i < 4 && op.kind->args[i].name != nullptr; ++i) {
      const std::string name = std::string{op.kind->args[i].name} + "=";
      if (!(words >> word) || word.compare(0, name.size(), name) != 0) return false;
      op.args[i] = static_cast<std::uint32_t>(std::strtoul(word.c_str() + name.size(), nullptr, 0));
    }
    replay.ops.push_back(op);
  }
  problem = replay.subject == nullptr ? "no heading" : "";
  return replay.subject != nullptr;
}

}  // namespace mink::stress
