// SPDX-License-Identifier: MIT
// The registry of /proc: names, and functions that write a text. Nothing is allocated: an entry is the
// owner's.
#pragma once
#include <base/err.hpp>
#include <lib/list.hpp>
#include <lib/text_sink.hpp>
#include <string_view>

namespace mink::kernel {

struct ProcFile {
  const char* name;             // as it stands below /proc, without a slash
  void (*show)(TextSink& out);  // thread context; figures true at that moment
  ListNode node = {};
};

// In the order of their names. No locking: files are registered while the kernel boots.
class ProcRegistry {
 public:
  using Files = List<ProcFile, &ProcFile::node>;

  constexpr ProcRegistry() = default;

  // Inval: no name, or one with a slash or a blank; Exist: the name is taken. `file` must stay. O(n).
  Err add(ProcFile& file);
  // nullptr if there is none. O(n).
  [[nodiscard]] const ProcFile* find(std::string_view name) const;
  [[nodiscard]] const Files& files() const { return files_; }

 private:
  Files files_;
};

// The kernel's own.
ProcRegistry& proc();

}  // namespace mink::kernel
