// SPDX-License-Identifier: MIT
// Linux's %p family (Documentation/core-api/printk-formats): one table, a line for each suffix.
#include <base/addr.hpp>
#include <base/symbols.hpp>
#include <lib/errname.hpp>
#include <lib/vsnprintf.hpp>
#include <utility>

#include "format_writer.hpp"

namespace mink {
namespace {

constinit GfpPrinter gfp_printer = nullptr;

}  // namespace

GfpPrinter set_gfp_printer(GfpPrinter printer) { return std::exchange(gfp_printer, printer); }

namespace format {
namespace {

constexpr int kDigits = 2 * sizeof(void*);
constexpr std::uintptr_t kMaxErrno = 4095;

std::uintptr_t bits_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }
bool is_error(const void* p) { return bits_of(p) >= 0 - kMaxErrno; }

void put_hex(Writer& out, Spec spec, std::uintptr_t value) {
  put_number(out, spec, value, '\0', {16, false});
}

// All digits, unless the caller asks for a width of its own.
void put_raw(Writer& out, const Spec& spec, const void* p) {
  Spec s = spec;
  if (s.width == 0) {
    s.width = s.alternate ? kDigits + 2 : kDigits;
    s.zero = true;
  }
  put_hex(out, s, bits_of(p));
}

void put_unnamed(Writer& out, const Spec& spec, std::uintptr_t address) {
  char text[kDigits + 3];
  format_to(text, sizeof text, "%#zx", static_cast<std::size_t>(address));
  out.field(spec, Text::of(text));
}

void put_symbol(Writer& out, const Spec& spec, std::uintptr_t address, std::uintptr_t back) {
  Symbol symbol;
  if (!symbol_lookup(address - back, symbol)) return put_unnamed(out, spec, address);
  char where[2 * kDigits + 7];
  format_to(where, sizeof where, "+0x%zx/0x%zx", static_cast<std::size_t>(symbol.offset + back),
            static_cast<std::size_t>(symbol.size));
  out.field(spec, Text::of(symbol.name), Text::of(where));
}

void put_symbol_offset(Writer& out, const Spec& spec, const void* p) { put_symbol(out, spec, bits_of(p), 0); }

// A return address may lie behind a call that ends its function: look up the call itself, which is two bytes long at least,
// and then also if bit 0 is set.
void put_return_address(Writer& out, const Spec& spec, const void* p) {
  put_symbol(out, spec, bits_of(p), 2);
}

void put_symbol_name(Writer& out, const Spec& spec, const void* p) {
  Symbol symbol;
  if (!symbol_lookup(bits_of(p), symbol)) return put_unnamed(out, spec, bits_of(p));
  out.field(spec, Text::of(symbol.name));
}

// What cannot be read is not read.
bool put_bad(Writer& out, const Spec& spec, const void* p) {
  const char* const instead = bad_string(p);
  if (instead != nullptr) out.field(spec, Text::of(instead));
  return instead != nullptr;
}

void put_phys(Writer& out, const Spec& spec, const void* p) {
  if (put_bad(out, spec, p)) return;
  char text[kDigits + 3];
  format_to(text, sizeof text, "0x%0*zx", kDigits,
            static_cast<std::size_t>(*static_cast<const std::uintptr_t*>(p)));
  out.field(spec, Text::of(text));
}

void put_error(Writer& out, const Spec& spec, const void* p) {
  if (!is_error(p)) return put_raw(out, spec, p);
  const auto error = static_cast<int>(0 - bits_of(p));
  if (const char* name = error_name(error); name != nullptr) return out.field(spec, {"-", 1}, Text::of(name));
  char text[8];
  format_to(text, sizeof text, "-%d", error);
  out.field(spec, Text::of(text));
}

void put_gfp(Writer& out, const Spec& spec, const void* p) {
  if (put_bad(out, spec, p)) return;
  const gfp_t flags = *static_cast<const gfp_t*>(p);
  char text[256];
  BufferSink names{text};
  if (gfp_printer != nullptr) {
    gfp_printer(names, flags);
  } else {
    print(names, "%#x", flags);
  }
  out.field(spec, {text, names.length()});
}

struct PointerFormat {
  const char* suffix;
  void (*put)(Writer& out, const Spec& spec, const void* pointer);
};

// The longest first, where one begins another. An unknown suffix prints as the last line says.
constexpr PointerFormat kFormats[] = {
    {"S", put_symbol_offset},
    {"s", put_symbol_name},
    {"B", put_return_address},
    {"a", put_phys},
    {"e", put_error},
    {"Gg", put_gfp},
    {"", put_raw},
};

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

const char* bad_string(const void* pointer) {
  if (pointer == nullptr) return "(null)";
  return bits_of(pointer) < kPageSize || is_error(pointer) ? "(efault)" : nullptr;
}

const char* put_pointer(Writer& out, const Spec& spec, const void* pointer, const char* suffix) {
  for (const PointerFormat& f : kFormats) {
    if (std::strncmp(suffix, f.suffix, std::strlen(f.suffix)) != 0) continue;
    f.put(out, spec, pointer);
    break;
  }
  while (is_alnum(*suffix)) ++suffix;
  return suffix;
}

}  // namespace format
}  // namespace mink
