// SPDX-License-Identifier: MIT
#include <algorithm>
#include <lib/cmdline.hpp>

namespace mink {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Takes the quote at the front off, and the one at the end if there is one.
std::string_view unquoted(std::string_view text) {
  if (!text.starts_with('"')) return text;
  text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return text;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '-' ? '_' : c; };
  return std::ranges::equal(a, b, {}, plain, plain);
}

}  // namespace

std::optional<CommandLine::Option> CommandLine::next(std::size_t& position) const {
  while (position < text_.size() && is_blank(text_[position])) ++position;
  if (position >= text_.size()) return std::nullopt;
  const std::size_t start = position;
  bool quoted = false;
  for (; position < text_.size() && (quoted || !is_blank(text_[position])); ++position) {
    if (text_[position] == '"') quoted = !quoted;
  }
  const std::string_view word = unquoted(text_.substr(start, position - start));
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return Option{word, {}, false};
  return Option{word.substr(0, equals), unquoted(word.substr(equals + 1)), true};
}

std::optional<CommandLine::Option> CommandLine::find(std::string_view name) const {
  std::optional<Option> found;
  std::size_t position = 0;
  while (const auto option = next(position)) {
    if (same_name(option->name, name)) found = option;
  }
  return found;
}

std::optional<std::string_view> CommandLine::value(std::string_view name) const {
  const auto option = find(name);
  if (!option || !option->has_value) return std::nullopt;
  return option->value;
}

}  // namespace mink
