/* SPDX-License-Identifier: MIT */
/* Orders, by Linux 6.1's name: MAX_ORDER is one beyond the largest. */
#pragma once
#ifndef MINK_MAX_ORDER
#define MINK_MAX_ORDER 10
#endif
#define MAX_ORDER (MINK_MAX_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1 << MINK_MAX_ORDER)
#define PAGE_ALLOC_COSTLY_ORDER 3
