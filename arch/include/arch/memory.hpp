// SPDX-License-Identifier: MIT
// Whole-page operations, and the words of memory that hold code or are read by a DMA engine.
#pragma once
#include <base/addr.hpp>
#include <cstddef>

extern "C" {
// `page`: kPageSize aligned, mapped Normal. Any context. Instructions on the target: 155 to clear, 419 to copy (a PLD
// for each line among them).
void clear_page(void* page);
void copy_page(void* to, const void* from);
// `to`: at a word. Returns it. Any context. On the target memset's loops without its questions.
void* clear_words(void* to, std::size_t bytes);
}
