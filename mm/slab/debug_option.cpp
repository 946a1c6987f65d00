// SPDX-License-Identifier: MIT
// slub_debug= of the command line.
#include "slab/debug.hpp"

namespace mink::mm {
namespace {

constexpr slab_flags_t kDefault = SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;

slab_flags_t letters(std::string_view text) {
  slab_flags_t flags = 0;
  for (const char c : text) {
    switch (c) {
      case 'F':
      case 'f':
        flags |= SLAB_CONSISTENCY_CHECKS;
        break;
      case 'Z':
      case 'z':
        flags |= SLAB_RED_ZONE;
        break;
      case 'P':
      case 'p':
        flags |= SLAB_POISON;
        break;
      case 'U':
      case 'u':
        flags |= SLAB_STORE_USER;
        break;
      case 'T':
      case 't':
        flags |= SLAB_TRACE;
        break;
      default:
        break;
    }
  }
  return flags;
}

std::string_view cut(std::string_view& text, char at) {
  const std::size_t end = text.find(at);
  const std::string_view piece = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return piece;
}

// A pattern is a name, or the beginning of one and a *.
bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  return star == std::string_view::npos ? pattern == name : name.starts_with(pattern.substr(0, star));
}

}  // namespace

slab_flags_t debug_flags(std::string_view option, std::string_view cache, slab_flags_t own) {
  std::string_view rest = option;
  slab_flags_t others = own;  // what it has if no block names it
  do {
    std::string_view names = cut(rest, ';');
    const bool named = names.find(',') != std::string_view::npos;
    const std::string_view text = cut(names, ',');
    const bool off = text == "-";
    const slab_flags_t flags = off ? own & ~kDebugFlags : own | (text.empty() ? kDefault : letters(text));
    if (!named) others = flags;
    while (!names.empty()) {
      if (matches(cut(names, ','), cache)) return flags;
    }
  } while (!rest.empty());
  return others;
}

}  // namespace mink::mm
