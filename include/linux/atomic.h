/* SPDX-License-Identifier: MIT */
/* Atomic integers, by Linux's names. On ARMv6 each is an LDREX/STREX loop that the compiler makes; only in Normal cacheable
 * memory. As in Linux, operations that return a value are full barriers and the others are not. Any context. */
#pragma once

typedef struct {
  int counter;
} atomic_t;

#define ATOMIC_INIT(value) \
  { (value) }

static inline int atomic_read(const atomic_t* v) { return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); }
static inline void atomic_set(atomic_t* v, int i) { __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); }

static inline void atomic_add(int i, atomic_t* v) {
  (void)__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}
static inline void atomic_sub(int i, atomic_t* v) {
  (void)__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}
static inline void atomic_inc(atomic_t* v) { atomic_add(1, v); }
static inline void atomic_dec(atomic_t* v) { atomic_sub(1, v); }

static inline int atomic_add_return(int i, atomic_t* v) {
  return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}
static inline int atomic_sub_return(int i, atomic_t* v) {
  return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}
static inline int atomic_inc_return(atomic_t* v) { return atomic_add_return(1, v); }
static inline int atomic_dec_return(atomic_t* v) { return atomic_sub_return(1, v); }
static inline int atomic_fetch_add(int i, atomic_t* v) {
  return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);
}

/* 1 if the result is zero. */
static inline int atomic_dec_and_test(atomic_t* v) { return atomic_dec_return(v) == 0; }
static inline int atomic_inc_and_test(atomic_t* v) { return atomic_inc_return(v) == 0; }
static inline int atomic_sub_and_test(int i, atomic_t* v) { return atomic_sub_return(i, v) == 0; }

static inline int atomic_xchg(atomic_t* v, int value) {
  return __atomic_exchange_n(&v->counter, value, __ATOMIC_SEQ_CST);
}
/* What was there; it is `value` now if that was `old`. */
static inline int atomic_cmpxchg(atomic_t* v, int old, int value) {
  (void)__atomic_compare_exchange_n(&v->counter, &old, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return old;
}
/* Adds `i` unless it is `unless`; 1 if it did. */
static inline int atomic_add_unless(atomic_t* v, int i, int unless) {
  int seen = atomic_read(v);
  while (seen != unless) {
    const int before = atomic_cmpxchg(v, seen, seen + i);
    if (before == seen) return 1;
    seen = before;
  }
  return 0;
}
static inline int atomic_inc_not_zero(atomic_t* v) { return atomic_add_unless(v, 1, 0); }
