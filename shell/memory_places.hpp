// SPDX-License-Identifier: MIT
// The parts of the address space that have a name: headings for `pt`, and what `mw` will not write to
// unasked.
#pragma once
#include <arch/page_dump.hpp>
#include <base/addr.hpp>
#include <span>

namespace mink::shell {

[[nodiscard]] std::span<const arch::AddressMarker> address_markers();

// What would break if the word at `va` changed ("kernel text", "a translation table" …), or nullptr.
[[nodiscard]] const char* precious_place(VirtAddr va);

}  // namespace mink::shell
