// SPDX-License-Identifier: MIT
// Reading arguments, and saying what was wanted; see command.hpp.
#include <algorithm>
#include <cstdarg>
#include <shell/command.hpp>
#include <shell/shell.hpp>

namespace mink::shell {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

// All of `digits` in `base`; nothing if there is none, another character, or an overflow.
std::optional<std::uint64_t> parse_digits(std::string_view digits, unsigned base) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(digit_of(c));
    if (digit >= base) return std::nullopt;
    if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
      return std::nullopt;
  }
  return value;
}

bool has_hex_prefix(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
}

unsigned suffix_shift(char c) {
  switch (c | 0x20) {
    case 'k':
      return 10;
    case 'm':
      return 20;
    case 'g':
      return 30;
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const unsigned shift = text.empty() ? 0 : suffix_shift(text.back());
  if (shift != 0) text.remove_suffix(1);
  const bool hex = has_hex_prefix(text);
  if (hex) text.remove_prefix(2);
  const std::optional<std::uint64_t> value = parse_digits(text, hex ? 16 : 10);
  if (!value || (*value << shift) >> shift != *value) return std::nullopt;
  return *value << shift;
}

void print_visible(TextSink& out, std::string_view text, std::size_t most) {
  for (const char c : text.substr(0, most)) {
    if (c >= ' ' && c <= '~') {
      out.write(&c, 1);
    } else {
      print(out, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  if (text.size() > most) print(out, "...");
}

void print_usage(TextSink& out, const Command& command) {
  std::string_view rest = command.usage;
  const char* lead = "usage:";
  do {
    const std::string_view form = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), form.size() + 1));
    print(out, "%s %s%s%.*s\n", lead, command.name, form.empty() ? "" : " ", static_cast<int>(form.size()),
          form.data());
    lead = "      ";
  } while (!rest.empty());
}

Args::Args(const Command& command, std::span<const std::string_view> words, Shell& shell, TextSink& out)
    : command_{command}, size_{std::min(words.size(), kMaxWords)}, shell_{shell}, out_{out} {
  std::copy_n(words.begin(), size_, words_.begin());
}

bool Args::expect(std::size_t least, std::size_t most) const {
  if (size_ >= least && size_ <= most) return true;
  if (least == most) {
    usage("takes %zu argument%s, not %zu", least, least == 1 ? "" : "s", size_);
  } else {
    usage("takes %zu to %zu arguments, not %zu", least, most, size_);
  }
  return false;
}

std::optional<std::uint64_t> Args::number(std::size_t i, const char* name, std::uint64_t least,
                                          std::uint64_t most) const {
  const std::string_view text = (*this)[i];
  const std::optional<std::uint64_t> value = parse_number(text);
  if (value && *value >= least && *value <= most) return value;
  print(out_, "%s: %s is a number from %llu to %llu (such as 100, 0x40, 4K, 1M), not '", command_.name, name,
        static_cast<unsigned long long>(least), static_cast<unsigned long long>(most));
  print_visible(out_, text);
  print(out_, "'\n");
  print_usage(out_, command_);
  return std::nullopt;
}

std::optional<std::uintptr_t> Args::address(std::size_t i, const char* name) const {
  const std::string_view text = (*this)[i];
  const std::optional<std::uint64_t> value = parse_digits(has_hex_prefix(text) ? text.substr(2) : text, 16);
  if (value && *value <= UINTPTR_MAX) return static_cast<std::uintptr_t>(*value);
  if (const auto symbol = shell_.environment().symbol_address(text)) return symbol;
  print(out_, "%s: %s is an address (c0008000 or 0xc0008000) or a symbol's name, not '", command_.name, name);
  print_visible(out_, text);
  print(out_, "'\n");
  print_usage(out_, command_);
  return std::nullopt;
}

bool Args::take_flag(std::string_view flag) {
  const auto end = words_.begin() + static_cast<std::ptrdiff_t>(size_);
  const auto found = std::find(words_.begin(), end, flag);
  if (found == end) return false;
  std::copy(found + 1, end, found);
  --size_;
  return true;
}

int Args::usage(const char* format, ...) const {
  print(out_, "%s: ", command_.name);
  std::va_list list;
  va_start(list, format);
  vprint(out_, format, list);
  va_end(list);
  print(out_, "\n");
  print_usage(out_, command_);
  return kUsage;
}

}  // namespace mink::shell
