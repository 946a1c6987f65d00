// SPDX-License-Identifier: MIT
// EHABI section 6 (index table), 7 (compact model), 10.3 (frame unwinding instructions).
#include <arch_arm/unwind.hpp>

namespace mink::arch::arm {
namespace {

constexpr unsigned kSp = 13, kLr = 14, kPc = 15;
constexpr std::uint32_t kCantUnwind = 1;
constexpr std::uint32_t kCompact = 1u << 31;
constexpr std::uint32_t kThumb = 1;  // of a return address: there it goes on in Thumb. No part of the address

// The entry of a function: where it starts, and where its instructions are (or what they are).
struct Entry {
  std::uint32_t function, word, word_address;
};

bool read_word(const UnwindTables& t, std::uint32_t address, std::uint32_t& word) {
  return t.read(address, word, t.context);
}

// A 31-bit offset from its own place.
std::uint32_t prel31(std::uint32_t word, std::uint32_t place) {
  const std::uint32_t sign = (word & 0x40000000u) != 0 ? 0x80000000u : 0u;
  return place + ((word & 0x7fffffffu) | sign);
}

// The last entry whose function is not above `pc`. O(log n).
bool find_entry(const UnwindTables& t, std::uint32_t pc, Entry& entry) {
  std::uint32_t low = 0, high = (t.index_end - t.index_start) / 8;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::uint32_t place = t.index_start + 8 * middle;
    std::uint32_t word;
    if (!read_word(t, place, word)) return false;
    if (prel31(word, place) <= pc) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return false;
  const std::uint32_t place = t.index_start + 8 * (low - 1);
  std::uint32_t function;
  if (!read_word(t, place, function) || !read_word(t, place + 4, entry.word)) return false;
  entry.function = prel31(function, place);
  entry.word_address = place + 4;
  return true;
}

// The bytes of one function's instructions, highest of each word first.
class Instructions {
 public:
  Instructions(const UnwindTables& tables, const Entry& entry) : tables_{tables} {
    if ((entry.word & kCompact) != 0) {
      start(entry.word, entry.word_address);
      return;
    }
    const std::uint32_t table = prel31(entry.word, entry.word_address);
    std::uint32_t word;
    if (!read_word(tables_, table, word)) {
      bad_ = true;
    } else if ((word & kCompact) != 0) {
      start(word, table);
    } else if (read_word(tables_, table + 4,
                         word)) {  // a personality of its own: C++'s keeps the same instructions behind it
      word_ = word;
      place_ = table + 4;
      bytes_ = 3;
      words_ = word >> 24;
    } else {
      bad_ = true;
    }
  }

  [[nodiscard]] bool bad() const { return bad_; }

  // Behind the end there are only `finish` instructions.
  std::uint8_t next() {
    if (bytes_ == 0) {
      if (words_ == 0) return 0xb0;
      --words_;
      place_ += 4;
      bytes_ = 4;
      if (!read_word(tables_, place_, word_)) {
        bad_ = true;
        word_ = 0xb0b0b0b0;
      }
    }
    --bytes_;
    return static_cast<std::uint8_t>(word_ >> (8 * bytes_));
  }

 private:
  void start(std::uint32_t word, std::uint32_t place) {
    word_ = word;
    place_ = place;
    switch (word >> 24 & 0xf) {
      case 0:
        bytes_ = 3;
        break;
      case 1:
      case 2:
        bytes_ = 2;
        words_ = word >> 16 & 0xff;
        break;
      default:
        bad_ = true;
    }
  }

  const UnwindTables& tables_;
  std::uint32_t word_ = 0, place_ = 0, words_ = 0;
  unsigned bytes_ = 0;
  bool bad_ = false;
};

class Interpreter {
 public:
  Interpreter(UnwindState& state, const UnwindTables& tables)
      : state_{state}, tables_{tables}, vsp_{state.sp()} {}

  bool run(Instructions& code) {
    for (;;) {
      const std::uint8_t op = code.next();
      if (code.bad()) return false;
      if (op == 0xb0) break;
      if (!execute(op, code) || code.bad()) return false;
    }
    state_.exact = pc_popped_;
    if (!pc_popped_) state_.r[kPc] = state_.r[kLr] & ~kThumb;
    state_.r[kSp] = vsp_;
    return true;
  }

 private:
  bool execute(std::uint8_t op, Instructions& code) {
    if (op < 0x40) return move(4u * (op & 0x3f) + 4);
    if (op < 0x80) return move(-(4u * (op & 0x3f) + 4));
    if (op < 0x90) return pop_high(static_cast<unsigned>(op & 0xf) << 8 | code.next());
    if (op < 0xa0) {
      if ((op & 0xf) == kSp || (op & 0xf) == kPc) return false;  // reserved
      vsp_ = state_.r[op & 0xf];
      return true;
    }
    if (op < 0xb0) {
      const unsigned saved = (1u << ((op & 7) + 1)) - 1;  // r4 and as many above
      return pop(saved << 4 | ((op & 8) != 0 ? 1u << kLr : 0));
    }
    if (op == 0xb1) {
      const unsigned mask = code.next();
      return mask != 0 && mask < 16 && pop(mask);
    }
    if (op == 0xb2) return move(0x204 + (uleb128(code) << 2));
    // VFP registers are not restored (nothing here has any), only skipped; FSTMX leaves a word more.
    if (op == 0xb3) return move(8u * ((code.next() & 0xf) + 1u) + 4);
    if ((op & 0xf8) == 0xb8) return move(8u * ((op & 7) + 1u) + 4);
    if (op == 0xc8 || op == 0xc9) return move(8u * ((code.next() & 0xf) + 1u));
    if ((op & 0xf8) == 0xd0) return move(8u * ((op & 7) + 1u));
    return false;  // spare, or iWMMXt
  }

  bool move(std::uint32_t bytes) {
    vsp_ += bytes;
    return true;
  }

  static std::uint32_t uleb128(Instructions& code) {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
      const std::uint8_t byte = code.next();
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }

  bool pop_high(unsigned mask) {
    return mask != 0 && pop(mask << 4);  // no register at all: the compiler refuses to be unwound
  }

  bool pop(std::uint32_t mask) {
    std::uint32_t place = vsp_;
    bool sp_popped = false;
    for (unsigned i = 0; i < 16; ++i) {
      if ((mask >> i & 1) == 0) continue;
      if (!read_word(tables_, place, state_.r[i])) return false;
      place += 4;
      if (i == kSp) sp_popped = true;
      // The compiler never saves PC: only an exception frame has one, and it is of the interrupted
      // instruction.
      if (i == kPc) pc_popped_ = true;
    }
    vsp_ = sp_popped ? state_.r[kSp] : place;
    return true;
  }

  UnwindState& state_;
  const UnwindTables& tables_;
  std::uint32_t vsp_;
  bool pc_popped_ = false;
};

// The code has pushed nothing yet (or is not ours, or says nothing of itself): LR is all there is to follow.
bool follow_lr(UnwindState& state) {
  const std::uint32_t caller = state.r[kLr] & ~kThumb;
  if (caller == 0 || caller == state.pc()) return false;
  state.r[kPc] = caller;
  state.exact = false;
  return true;
}

}  // namespace

bool unwind_step(UnwindState& state, const UnwindTables& tables) {
  const std::uint32_t pc = state.pc(), sp = state.sp();
  // A call may be the last instruction of its function: its return address then lies in the next one.
  const std::uint32_t inside = state.exact ? pc : pc - 1;
  if ((sp & 3) != 0) return false;
  if (inside < tables.text_start || inside >= tables.text_end) return state.exact && follow_lr(state);

  Entry entry;
  if (!find_entry(tables, inside, entry)) return false;
  if (state.exact && (pc == entry.function || entry.word == kCantUnwind)) return follow_lr(state);
  if (entry.word == kCantUnwind) return false;

  Instructions code{tables, entry};
  if (code.bad() || !Interpreter{state, tables}.run(code)) return false;
  if (state.exact) return true;  // into what was interrupted: another stack, perhaps
  return state.pc() != 0 && state.sp() >= sp && (state.sp() != sp || state.pc() != pc);
}

}  // namespace mink::arch::arm
