// SPDX-License-Identifier: MIT
// Tables as text. The dump's lines are those of Linux's /sys/kernel/debug/kernel_page_tables on a 2-level
// ARM.
#include <arch_arm/table_text.hpp>

namespace mink::arch::arm {
namespace {

// TEX:C:B with TRE=0 (ARM DDI 0301H, table 6-2); Linux's words where it has some.
const char* memory_name(unsigned tex_cb) {
  switch (tex_cb) {
    case 0b00000:
      return "SO/UNCACHED";
    case 0b00001:
      return "DEV/SHARED";
    case 0b00010:
      return "MEM/CACHED/WT";
    case 0b00011:
      return "MEM/CACHED/WBRA";
    case 0b00100:
      return "MEM/BUFFERABLE/WC";
    case 0b00111:
      return "MEM/CACHED/WBWA";
    case 0b01000:
      return "DEV/NONSHARED";
    default:
      return tex_cb >= 0b10000 ? "MEM/CACHED/SPLIT" : "RESERVED";
  }
}

// APX:AP, privileged and user (table 6-1, S = R = 0).
const char* access_name(unsigned ap) {
  constexpr const char* kNames[] = {"none",     "priv RW", "priv RW user RO", "priv RW user RW",
                                    "reserved", "priv RO", "priv RO user RO", "priv RO user RO"};
  return kNames[ap & 7];
}

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::Fault:
      return "fault";
    case Kind::Reserved:
      return "reserved";
    case Kind::L2Table:
      return "L2 table";
    case Kind::Supersection:
      return "supersection 16M";
    case Kind::Section:
      return "section 1M";
    case Kind::LargePage:
      return "large page 64K";
    case Kind::SmallPage:
      return "small page 4K";
  }
  return "?";
}

unsigned hex(VirtAddr va) { return static_cast<unsigned>(va.raw()); }
unsigned hex(PhysAddr pa) { return static_cast<unsigned>(pa.raw()); }

void print_size(TextSink& out, std::size_t bytes) {
  const char* unit = "KMG";
  std::size_t n = bytes >> 10;
  while (n % 1024 == 0 && unit[1] != '\0') n >>= 10, ++unit;
  print(out, "%9lu%c", static_cast<unsigned long>(n), *unit);
}

// Neighbours share a line if these are equal: the attributes, and the level that they are mapped at.
struct Rights {
  bool mapped = false, user = false, write = false, xn = false, shared = false, by_l2 = false;
  unsigned tex_cb = 0;
  bool operator==(const Rights&) const = default;
};

Rights rights_of(const Decoded& d) {
  if (!d.maps()) return {};
  return {true, d.user(), d.writable(), d.xn, d.shared, d.granule < kSection, d.tex_cb};
}

class Dump {
 public:
  Dump(TextSink& out, std::span<const AddressMarker> markers) : out_{out}, markers_{markers} {}

  void add(VirtAddr va, const Rights& rights) {
    const bool marked = !markers_.empty() && va >= markers_.front().start;
    if (rights == current_ && !marked) return;
    close(va);
    for (; !markers_.empty() && va >= markers_.front().start; markers_ = markers_.subspan(1)) {
      print(out_, "---[ %s ]---\n", markers_.front().name);
    }
    start_ = va;
    current_ = rights;
  }

  // `end` as a number that may be 4 G.
  void close(VirtAddr end) {
    if (!current_.mapped) return;
    print(out_, "0x%08x-0x%08x  ", hex(start_), hex(end));
    print_size(out_, static_cast<std::uint32_t>(end.raw() - start_.raw()));
    print(out_, " %s %s %s %s %s\n", current_.user ? "USR" : "   ", current_.write ? "RW" : "ro",
          current_.xn ? "NX" : "x ", current_.shared ? "SHD" : "   ", memory_name(current_.tex_cb));
    current_ = {};
  }

 private:
  TextSink& out_;
  std::span<const AddressMarker> markers_;
  VirtAddr start_{};
  Rights current_{};
};

void print_word(TextSink& out, const char* level, unsigned at, Descriptor word, const Decoded& d) {
  print(out, "%s[%03x] = %08x  %s", level, at, static_cast<unsigned>(word), kind_name(d.kind));
  if (d.kind == Kind::L2Table) print(out, " at %08x, domain %u", hex(d.pa), d.domain);
  if (d.maps()) {
    print(out, " -> %08x, AP %u%u%u %s, XN %d, TEX %u%u%u C%u B%u %s", hex(d.pa), d.ap >> 2 & 1,
          d.ap >> 1 & 1, d.ap & 1, access_name(d.ap), d.xn ? 1 : 0, d.tex_cb >> 4 & 1, d.tex_cb >> 3 & 1,
          d.tex_cb >> 2 & 1, d.tex_cb >> 1 & 1, d.tex_cb & 1, memory_name(d.tex_cb));
    if (d.kind == Kind::Section || d.kind == Kind::Supersection) print(out, ", domain %u", d.domain);
    print(out, ", nG %d, S %d", d.not_global ? 1 : 0, d.shared ? 1 : 0);
  }
  print(out, "\n");
}

}  // namespace

void dump_tables(TextSink& out, const TableView& tables, std::span<const AddressMarker> markers) {
  Dump dump{out, markers};
  for (unsigned i = 0; i < entries(kL1); ++i) {
    const VirtAddr base{std::uintptr_t{i} << kL1.shift};
    const Decoded l1 = decode_l1(tables.l1[i]);
    if (l1.kind != Kind::L2Table) {
      dump.add(base, rights_of(l1));
      continue;
    }
    const Descriptor* l2 = tables.table_at(l1.pa);
    for (unsigned k = 0; k < entries(kL2); ++k) {
      dump.add(base + (std::uintptr_t{k} << kL2.shift), rights_of(decode_l2(l2[k])));
    }
  }
  dump.close(VirtAddr{0});  // 4 G, modulo 2^32
}

bool describe(TextSink& out, const TableView& tables, VirtAddr va) {
  const TableView::Words words = tables.words(va);
  const Decoded l1 = decode_l1(words.l1);
  print_word(out, "L1", index(kL1, va), words.l1, l1);
  if (l1.kind == Kind::L2Table) print_word(out, "L2", index(kL2, va), words.l2, decode_l2(words.l2));
  const Decoded d = tables.lookup(va);
  if (d.maps()) {
    print(out, "%08x -> %08x\n", hex(va), hex(d.pa + (va.raw() & (d.granule - 1))));
  } else {
    print(out, "%08x is not mapped\n", hex(va));
  }
  return d.maps();
}

}  // namespace mink::arch::arm
