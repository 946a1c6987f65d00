/* SPDX-License-Identifier: MIT */
/* An error number in place of a pointer: the last page of the address space holds no object. */
#pragma once
#include <linux/compiler.h>
#include <linux/errno.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((uintptr_t)(x) >= (uintptr_t)-MAX_ERRNO)

static inline void* ERR_PTR(long error) { return (void*)(intptr_t)error; }
static inline long PTR_ERR(const void* ptr) { return (long)(intptr_t)ptr; }
static inline bool IS_ERR(const void* ptr) { return IS_ERR_VALUE(ptr); }
static inline bool IS_ERR_OR_NULL(const void* ptr) { return !ptr || IS_ERR_VALUE(ptr); }
static inline int PTR_ERR_OR_ZERO(const void* ptr) { return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0; }
