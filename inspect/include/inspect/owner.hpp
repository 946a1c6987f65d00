// SPDX-License-Identifier: MIT
// What a block of pages is used for, and by whom: mm's words for it.
#pragma once
#include <mm/owner.hpp>

namespace mink::inspect {

using mm::can_be_freed;
using mm::kOwners;
using mm::Memory;
using mm::Owner;
using mm::owner_of;
using mm::print_owner;

}  // namespace mink::inspect
