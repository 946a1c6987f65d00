// SPDX-License-Identifier: MIT
// The history buffer: lines behind one another, ended by NULs; see history.hpp.
#include <cstring>
#include <shell/history.hpp>

namespace mink::shell {

void History::add(std::string_view line) {
  const std::size_t need = line.size() + 1;
  if (line.empty() || need > kBytes || line == entry(0)) return;
  while (kBytes - used_ < need) drop_oldest();
  std::memcpy(text_.data() + used_, line.data(), line.size());
  text_[used_ + line.size()] = '\0';
  used_ += need;
  ++count_;
}

std::string_view History::entry(std::size_t age) const {
  if (age >= count_) return {};
  const char* at = text_.data();
  for (std::size_t skip = count_ - 1 - age; skip != 0; --skip) at += std::strlen(at) + 1;
  return at;
}

void History::drop_oldest() {
  const std::size_t gone = std::strlen(text_.data()) + 1;
  std::memmove(text_.data(), text_.data() + gone, used_ - gone);
  used_ -= gone;
  --count_;
}

}  // namespace mink::shell
