// SPDX-License-Identifier: MIT
// The format interpreter: one directive after the other, no state but what stands on the stack.
#include <climits>
#include <cstdarg>
#include <lib/text_sink.hpp>
#include <type_traits>

#include "format_writer.hpp"

namespace mink {
namespace {

using namespace format;

// va_list may be an array type, which cannot be passed by reference: so it travels in a structure.
struct Args {
  std::va_list list;
};

int parse_count(const char*& f) {
  int value = 0;
  for (; *f >= '0' && *f <= '9'; ++f) value = std::min(value * 10 + (*f - '0'), kMaxField);
  return value;
}

void parse_flags(const char*& f, Spec& spec) {
  for (;; ++f) {
    switch (*f) {
      case '-':
        spec.left = true;
        break;
      case '+':
        spec.plus = true;
        break;
      case ' ':
        spec.space = true;
        break;
      case '#':
        spec.alternate = true;
        break;
      case '0':
        spec.zero = true;
        break;
      default:
        return;
    }
  }
}

void parse_width(const char*& f, Spec& spec, Args& args) {
  if (*f != '*') {
    spec.width = parse_count(f);
    return;
  }
  ++f;
  const int width = va_arg(args.list, int);
  if (width < 0) spec.left = true;
  spec.width = width < -kMaxField ? kMaxField : std::min(width < 0 ? -width : width, kMaxField);
}

void parse_precision(const char*& f, Spec& spec, Args& args) {
  if (*f != '.') return;
  ++f;
  if (*f == '*') {
    ++f;
    spec.precision = std::max(-1, std::min(va_arg(args.list, int), kMaxField));
  } else {
    spec.precision = parse_count(f);
  }
}

Length parse_length(const char*& f) {
  switch (*f) {
    case 'h':
      ++f;
      if (*f != 'h') return Length::Short;
      ++f;
      return Length::Char;
    case 'l':
      ++f;
      if (*f != 'l') return Length::Long;
      ++f;
      return Length::LongLong;
    case 'z':
      ++f;
      return Length::Size;
    case 't':
      ++f;
      return Length::Ptrdiff;
    case 'j':
      ++f;
      return Length::Max;
    default:
      return Length::Int;
  }
}

std::int64_t signed_arg(Length length, Args& args) {
  switch (length) {
    case Length::Char:
      return static_cast<signed char>(va_arg(args.list, int));
    case Length::Short:
      return static_cast<short>(va_arg(args.list, int));
    case Length::Long:
      return va_arg(args.list, long);
    case Length::LongLong:
      return va_arg(args.list, long long);
    case Length::Size:
      return va_arg(args.list, std::make_signed_t<std::size_t>);
    case Length::Ptrdiff:
      return va_arg(args.list, std::ptrdiff_t);
    case Length::Max:
      return va_arg(args.list, std::intmax_t);
    case Length::Int:
      break;
  }
  return va_arg(args.list, int);
}

std::uint64_t unsigned_arg(Length length, Args& args) {
  switch (length) {
    case Length::Char:
      return static_cast<unsigned char>(va_arg(args.list, unsigned));
    case Length::Short:
      return static_cast<unsigned short>(va_arg(args.list, unsigned));
    case Length::Long:
      return va_arg(args.list, unsigned long);
    case Length::LongLong:
      return va_arg(args.list, unsigned long long);
    case Length::Size:
      return va_arg(args.list, std::size_t);
    case Length::Ptrdiff:
      return va_arg(args.list, std::make_unsigned_t<std::ptrdiff_t>);
    case Length::Max:
      return va_arg(args.list, std::uintmax_t);
    case Length::Int:
      break;
  }
  return va_arg(args.list, unsigned);
}

void put_signed(Writer& out, const Spec& spec, std::int64_t value) {
  const char sign = value < 0 ? '-' : spec.plus ? '+' : spec.space ? ' ' : '\0';
  const auto bits = static_cast<std::uint64_t>(value);
  put_number(out, spec, value < 0 ? 0 - bits : bits, sign, {10, false});
}

void put_string(Writer& out, const Spec& spec, const char* text) {
  if (const char* instead = bad_string(text); instead != nullptr) text = instead;
  // With a precision the string need not be terminated.
  const std::size_t size =
      spec.precision < 0 ? std::strlen(text) : strnlen(text, static_cast<std::size_t>(spec.precision));
  out.field(spec, {text, size});
}

// Expands the directive at `f`, behind its '%'. Returns where the format goes on, or nullptr if it is none of
// ours.
const char* directive(Writer& out, const char* f, Args& args) {
  Spec spec;
  parse_flags(f, spec);
  parse_width(f, spec, args);
  parse_precision(f, spec, args);
  spec.length = parse_length(f);
  const char conversion = *f;
  if (conversion == '\0') return nullptr;
  ++f;
  switch (conversion) {
    case 'd':
    case 'i':
      put_signed(out, spec, signed_arg(spec.length, args));
      return f;
    case 'u':
      put_number(out, spec, unsigned_arg(spec.length, args), '\0', {10, false});
      return f;
    case 'o':
      put_number(out, spec, unsigned_arg(spec.length, args), '\0', {8, false});
      return f;
    case 'x':
      put_number(out, spec, unsigned_arg(spec.length, args), '\0', {16, false});
      return f;
    case 'X':
      put_number(out, spec, unsigned_arg(spec.length, args), '\0', {16, true});
      return f;
    case 'c': {
      const char c = static_cast<char>(va_arg(args.list, int));
      out.field(spec, {&c, 1});
      return f;
    }
    case 's':
      put_string(out, spec, va_arg(args.list, const char*));
      return f;
    case 'p':
      return put_pointer(out, spec, va_arg(args.list, const void*), f);
    case '%':
      out.text({"%", 1});
      return f;
    default:
      return nullptr;
  }
}

}  // namespace

int vprint(TextSink& sink, const char* format, std::va_list list) {
  Writer out{sink};
  Args args;
  va_copy(args.list, list);
  const char* f = format;
  for (;;) {
    const char* const literal = f;
    while (*f != '\0' && *f != '%') ++f;
    out.text({literal, static_cast<std::size_t>(f - literal)});
    if (*f == '\0') break;
    const char* const next = directive(out, f + 1, args);
    if (next == nullptr) {  // what the arguments are is unknown from here on: show the rest as it stands
      out.text(Text::of(f));
      break;
    }
    f = next;
  }
  va_end(args.list);
  return static_cast<int>(std::min<std::size_t>(out.count(), INT_MAX));
}

}  // namespace mink
