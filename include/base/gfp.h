/* SPDX-License-Identifier: MIT */
/* The type of an allocation's flags; the flags themselves are in <linux/gfp_types.h>. */
#pragma once
typedef unsigned int gfp_t;
