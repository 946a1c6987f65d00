// SPDX-License-Identifier: MIT
// Physical memory as a page of text.
#include <arch/irq.hpp>
#include <bit>
#include <inspect/fragments.hpp>

namespace mink::inspect {
namespace {

constexpr std::size_t kColumns = 64, kRows = 16;
constexpr char kLetters[kOwners + 1] = " .skvcptr";  // by Owner
constexpr const char* kNames[kOwners] = {"no memory", "free",  "slab",   "kmalloc", "vmalloc",
                                         "coherent",  "pages", "tables", "reserved"};

// Pages by owner, of one character or of all memory.
struct Tally {
  std::size_t pages[kOwners] = {};

  std::size_t& operator[](Owner owner) { return pages[static_cast<unsigned>(owner)]; }
  [[nodiscard]] char letter() const {
    unsigned most = static_cast<unsigned>(Owner::Hole);
    for (unsigned o = static_cast<unsigned>(Owner::Slab); o < kOwners; ++o) {
      if (pages[o] > pages[most] || (most == 0 && pages[o] != 0)) most = o;
    }
    const bool free = pages[static_cast<unsigned>(Owner::Free)] != 0;
    if (most == static_cast<unsigned>(Owner::Hole)) return free ? '.' : ' ';
    return static_cast<char>(free ? kLetters[most] : kLetters[most] - 'a' + 'A');
  }
};

// Characters one behind the other, rows of them.
class Rows {
 public:
  Rows(TextSink& out, Pfn first, std::size_t pages) : out_{out}, pfn_{first.raw()}, pages_{pages} {}
  void put(char c) {
    row_[count_++] = c;
    if (count_ == kColumns) flush();
  }
  void flush() {
    if (count_ == 0) return;
    print(out_, "0x%05lx %.*s\n", static_cast<unsigned long>(pfn_), static_cast<int>(count_), row_);
    pfn_ += count_ * pages_;
    count_ = 0;
  }

 private:
  TextSink& out_;
  char row_[kColumns] = {};
  std::size_t count_ = 0;
  std::uintptr_t pfn_;
  std::size_t pages_;
};

}  // namespace

void print_map(TextSink& out, const Memory& memory, std::optional<std::size_t> asked) {
  const std::size_t count = memory.pages.map_count();
  const std::size_t cell =
      asked ? *asked : std::bit_ceil((count + kColumns * kRows - 1) / (kColumns * kRows));
  Rows rows{out, memory.pages.first_pfn(), cell};
  Tally all, here;
  std::size_t block_end = 0;
  Owner owner = Owner::Hole;
  for (std::size_t i = 0; i < count;) {
    if (i >= block_end) {
      const arch::IrqGuard guard;
      const page& head = memory.pages.mem_map()[i];
      owner = owner_of(memory, head);
      block_end = i + (owner == Owner::Hole ? 1 : std::size_t{1} << mm::order_of(head));
    }
    const std::size_t cell_end = i + cell - i % cell;
    std::size_t end = block_end < cell_end ? block_end : cell_end;
    if (end > count) end = count;
    here[owner] += end - i;
    all[owner] += end - i;
    i = end;
    if (i != cell_end && i != count) continue;
    rows.put(here.letter());
    here = {};
  }
  rows.flush();
  print(out, "each %zu pages; capitals: nothing of them is free\n", cell);
  for (unsigned o = static_cast<unsigned>(Owner::Free); o < kOwners; ++o) {
    print(out, "%c %s %zu%s", kLetters[o], kNames[o], all.pages[o], o + 1 < kOwners ? ", " : " pages\n");
  }
}

}  // namespace mink::inspect
