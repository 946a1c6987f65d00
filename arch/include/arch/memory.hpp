// SPDX-License-Identifier: MIT
// Whole-page operations, and the words of memory that hold code or are read by a DMA engine.
#pragma once
#include <base/addr.hpp>
#include <cstddef>

extern "C" {
// `page`: kPageSize aligned, mapped Normal. Any context. Cost: about 1.2 instructions per 32 bytes on the target.
void clear_page(void* page);
void copy_page(void* to, const void* from);
}
