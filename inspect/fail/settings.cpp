// SPDX-License-Identifier: MIT
// Settings of a point of failure as text.
#include <array>
#include <base/symbols.hpp>
#include <cstring>
#include <inspect/fail.hpp>
#include <lib/parse.hpp>
#include <mm/gfp_names.hpp>
#include <optional>

namespace mink::inspect {
namespace {

bool read(std::string_view text, std::uint64_t most, auto& value) {
  const ParsedNumber number = parse_size(text, most);
  if (!number.ok()) return false;
  value = static_cast<std::remove_reference_t<decltype(value)>>(number.value);
  return true;
}

// -1, or a number.
bool read_times(std::string_view text, long long& times) {
  const ParsedSigned number = parse_signed(text);
  if (!number.ok() || number.value < -1 || number.value > INT32_MAX) return false;
  times = number.value;
  return true;
}

// "64", or "64-128".
bool read_range(std::string_view text, std::uint64_t most, auto& first, auto& last) {
  const std::size_t dash = text.find('-');
  auto low = first, high = last;
  if (!read(text.substr(0, dash), most, low)) return false;
  high = static_cast<decltype(high)>(low);
  if (dash != text.npos && !read(text.substr(dash + 1), most, high)) return false;
  if (high < low) return false;
  first = low;
  last = high;
  return true;
}

bool read_bool(std::string_view text, bool& value) {
  const bool yes = text == "Y" || text == "y" || text == "1", no = text == "N" || text == "n" || text == "0";
  if (yes || no) value = yes;
  return yes || no;
}

// A C string of a word, for those who want one.
struct Word {
  std::array<char, 128> text{};
  explicit Word(std::string_view from) {
    if (from.size() < text.size()) from.copy(text.data(), from.size());
  }
};

bool read_gfp(std::string_view text, gfp_t& mask) {
  const char* bad = nullptr;
  return mm::parse_gfp(Word{text}.text.data(), mask, bad);
}

bool read_caller(std::string_view text, FaultSettings& settings) {
  const std::uintptr_t at = symbol_address(Word{text}.text.data());
  Symbol symbol{};
  if (at == 0 || !symbol_lookup(at, symbol)) return false;
  settings.caller_start = at;
  settings.caller_end = at + symbol.size;
  return true;
}

struct Name {
  std::string_view name;
  const char* wanted;
  bool (*read)(std::string_view value, FaultSettings& settings);
};

constexpr Name kNames[] = {
    {"probability", "a percentage",
     [](std::string_view v, FaultSettings& s) { return read(v, 100, s.probability); }},
    {"interval", "a number from 0",
     [](std::string_view v, FaultSettings& s) { return read(v, UINT32_MAX, s.interval); }},
    {"times", "a number, or -1 for no end",
     [](std::string_view v, FaultSettings& s) { return read_times(v, s.times); }},
    {"space", "a size", [](std::string_view v, FaultSettings& s) { return read(v, SIZE_MAX, s.space); }},
    {"ignore-gfp-wait", "Y or N",
     [](std::string_view v, FaultSettings& s) { return read_bool(v, s.ignore_gfp_wait); }},
    {"ignore-gfp-highmem", "Y or N",
     [](std::string_view v, FaultSettings& s) { return read_bool(v, s.ignore_gfp_highmem); }},
    {"min-order", "an order", [](std::string_view v, FaultSettings& s) { return read(v, 31, s.min_order); }},
    {"order", "an order, or a range: 0-3",
     [](std::string_view v, FaultSettings& s) { return read_range(v, 31, s.min_order, s.max_order); }},
    {"size", "a size, or a range: 64-128",
     [](std::string_view v, FaultSettings& s) { return read_range(v, SIZE_MAX, s.min_size, s.max_size); }},
    {"gfp", "a GFP mask", [](std::string_view v, FaultSettings& s) { return read_gfp(v, s.gfp); }},
    {"nth", "a number", [](std::string_view v, FaultSettings& s) { return read(v, UINT32_MAX, s.nth); }},
    {"caller", "a function's name", read_caller},
};

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == '_' ? '-' : a[i]) != b[i]) return false;
  }
  return true;
}

}  // namespace

const char* set_fault(std::string_view setting, FaultSettings& settings) {
  const std::size_t equals = setting.find('=');
  for (const Name& row : kNames) {
    if (!same_name(setting.substr(0, equals), row.name)) continue;
    if (equals == setting.npos || setting.size() - equals > 100) return row.wanted;
    return row.read(setting.substr(equals + 1), settings) ? nullptr : row.wanted;
  }
  return "probability= interval= times= space= nth= size= order= min-order= gfp= caller= ignore-gfp-wait= or "
         "ignore-gfp-highmem=";
}

bool parse_fault_option(std::string_view text, FaultSettings& settings) {
  FaultSettings read_so_far = settings;
  constexpr std::string_view kOrder[] = {"interval", "probability", "space", "times"};
  for (const std::string_view name : kOrder) {
    const std::size_t comma = text.find(',');
    const bool last = name == "times";
    if ((comma == text.npos) != last) return false;
    for (const Name& row : kNames) {
      if (row.name == name && !row.read(text.substr(0, comma), read_so_far)) return false;
    }
    if (!last) text.remove_prefix(comma + 1);
  }
  settings = read_so_far;
  return true;
}

void print_fault(TextSink& out, const FaultSettings& s) {
  if (s.nth != 0) {
    print(out, "nth=%u", s.nth);
  } else {
    print(out, "probability=%u interval=%u times=%lld space=%zu", s.probability, s.interval, s.times,
          s.space);
  }
  print(out, " ignore-gfp-wait=%c ignore-gfp-highmem=%c order=%u-%u", s.ignore_gfp_wait ? 'Y' : 'N',
        s.ignore_gfp_highmem ? 'Y' : 'N', s.min_order, s.max_order);
  if (s.min_size != 0 || s.max_size != SIZE_MAX) print(out, " size=%zu-%zu", s.min_size, s.max_size);
  if (s.gfp != 0) {
    print(out, " gfp=");
    mm::format_gfp(out, s.gfp);
  }
  if (s.caller_start != 0) print(out, " caller=%ps", reinterpret_cast<const void*>(s.caller_start));
}

}  // namespace mink::inspect
