// SPDX-License-Identifier: MIT
// Cutting a kernel command line into options; see lib/options.hpp.
#include <lib/options.hpp>

namespace mink {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_quote(char c) { return c == '"' || c == '\''; }

std::string_view take(std::string_view& text, std::size_t count) {
  const std::string_view taken = text.substr(0, count);
  text.remove_prefix(taken.size());
  return taken;
}

std::size_t word_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && !is_blank(text[n])) ++n;
  return n;
}

}  // namespace

std::optional<BootOption> BootOptions::next() {
  while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  if (rest_.empty()) return std::nullopt;
  const std::size_t word = word_length(rest_);
  const std::size_t equals = rest_.find('=');
  if (equals >= word) return BootOption{take(rest_, word), std::nullopt};
  BootOption option{take(rest_, equals), std::nullopt};
  rest_.remove_prefix(1);
  if (rest_.empty() || !is_quote(rest_.front())) {
    option.value = take(rest_, word_length(rest_));
    return option;
  }
  const char quote = rest_.front();
  rest_.remove_prefix(1);
  option.value = take(rest_, rest_.find(quote));
  if (!rest_.empty()) rest_.remove_prefix(1);
  return option;
}

std::optional<std::string_view> boot_option(std::string_view line, std::string_view name) {
  std::optional<std::string_view> found;
  BootOptions options{line};
  while (const auto option = options.next()) {
    if (option->name == name) found = option->value.value_or(std::string_view{});
  }
  return found;
}

}  // namespace mink
