// SPDX-License-Identifier: MIT
// A write-back data cache over the host's memory, with an adversary that throws lines out and fills others whenever the
// architecture lets it. The CPU's accesses go through it by read() and write(); a device's go past it. Host only.
// Not the DataCache of the page-table tests: there lines may be late, but are never lost or stale, for the code under test
// writes by plain pointers; here both can happen, so each access of the CPU must be told.
#pragma once
#include <arch/dma_cache.hpp>
#include <array>
#include <base/addr.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <vector>

namespace mink::fakes {

class HostileCache {
 public:
  static constexpr std::size_t kLongest = 64;
  enum class Op { Clean, Invalidate, Dsb };

  // The seed also says how often the adversary strikes: at each access, down to each 512th.
  // line: bytes, a power of two up to kLongest.
  explicit HostileCache(unsigned seed, std::size_t line = arch::kDmaLine)
      : random_{seed * 2654435761u}, calm_{1u << seed % 10}, line_{line} {}

  // --- arm::DcacheMaintenance ---
  void clean_line(std::uintptr_t line) { note(Op::Clean, line); }
  void invalidate_line(std::uintptr_t line) { note(Op::Invalidate, line); }
  void dsb() { note(Op::Dsb, 0); }
  std::size_t line() { return line_; }

  // --- the CPU ---
  void write(void* at, unsigned char value) {
    Line& line = fetch(at);
    line.bytes[address(at) % line_] = value;
    line.dirty = true;
    stir();
  }
  [[nodiscard]] unsigned char read(const void* at) {
    stir();
    return fetch(at).bytes[address(at) % line_];
  }

  // --- the adversary: plays with the lines of this range, now and after every access ---
  void watch(const void* start, std::size_t bytes) {
    for (std::uintptr_t a = align_down(address(start), line_); a < address(start) + bytes; a += line_)
      watched_.push_back(a);
  }
  void stir() {
    if (watched_.empty() || below(calm_) != 0) return;
    for (unsigned n = below(3); n != 0; --n) {
      const std::uintptr_t line = watched_[below(static_cast<unsigned>(watched_.size()))];
      if (below(2) == 0) {
        evict(line);
      } else {
        fill(line);  // speculation
      }
    }
    if (below(8) == 0) complete();  // maintenance need not wait for its barrier
  }

  std::vector<Op> done;  // maintenance, in its order
  int leave_out = -1;    // which of it does not happen

 private:
  struct Line {
    std::array<unsigned char, kLongest> bytes;
    bool dirty;
  };
  struct Pending {
    Op op;
    std::uintptr_t line;
  };
  static std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }
  static void* memory(std::uintptr_t line) { return reinterpret_cast<void*>(line); }
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  void note(Op op, std::uintptr_t line) {
    const int nth = static_cast<int>(done.size());
    done.push_back(op);
    if (nth == leave_out) return;
    if (op == Op::Dsb) {
      complete();
    } else {
      pending_.push_back({op, align_down(line, line_)});
    }
    stir();
  }
  void complete() {
    for (const Pending& p : pending_) {
      if (p.op == Op::Invalidate) {
        lines_.erase(p.line);
      } else {
        write_back(p.line);
      }
    }
    pending_.clear();
  }
  void write_back(std::uintptr_t at) {
    const auto found = lines_.find(at);
    if (found == lines_.end() || !found->second.dirty) return;
    std::memcpy(memory(at), found->second.bytes.data(), line_);
    found->second.dirty = false;
  }
  void evict(std::uintptr_t at) {
    write_back(at);
    lines_.erase(at);
  }
  Line& fill(std::uintptr_t at) {
    const auto [found, fresh] = lines_.try_emplace(at);
    if (fresh) {
      std::memcpy(found->second.bytes.data(), memory(at), line_);
      found->second.dirty = false;
    }
    return found->second;
  }
  Line& fetch(const void* at) { return fill(align_down(address(at), line_)); }

  std::mt19937 random_;
  unsigned calm_;
  std::size_t line_;
  std::map<std::uintptr_t, Line> lines_;
  std::vector<Pending> pending_;
  std::vector<std::uintptr_t> watched_;
};

// What <arch/dma_cache.hpp> works on; nullptr: there is no cache.
extern HostileCache* hostile_cache;

}  // namespace mink::fakes
