/* SPDX-License-Identifier: MIT */
/* Ticks per second. */
#pragma once
#define HZ 100u
#define USER_HZ 100u
