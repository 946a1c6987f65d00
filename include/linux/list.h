/* SPDX-License-Identifier: MIT */
/* Linux's doubly linked list, in its names: a ring of list_heads, one of which is the list and the others its
 * elements. No locking of its own. C++ code of mink's own uses <lib/list.hpp>. */
#pragma once
#include <linux/kernel.h>
#include <linux/types.h>

#define LIST_HEAD_INIT(name) \
  { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

/* What a deleted element's links hold: a use of them faults (page 0 is never mapped) and can be recognised.
 */
#define LIST_POISON1 ((struct list_head*)0x100)
#define LIST_POISON2 ((struct list_head*)0x122)

static inline void INIT_LIST_HEAD(struct list_head* list) { list->next = list->prev = list; }

static inline bool list_empty(const struct list_head* head) { return head->next == head; }
static inline bool list_is_first(const struct list_head* item, const struct list_head* head) {
  return item->prev == head;
}
static inline bool list_is_last(const struct list_head* item, const struct list_head* head) {
  return item->next == head;
}
static inline bool list_is_singular(const struct list_head* head) {
  return !list_empty(head) && head->next == head->prev;
}

/* Puts the chain first..last between two neighbours. */
static inline void __list_insert(struct list_head* first, struct list_head* last, struct list_head* before,
                                 struct list_head* after) {
  first->prev = before;
  before->next = first;
  last->next = after;
  after->prev = last;
}
static inline void __list_close(struct list_head* before, struct list_head* after) {
  before->next = after;
  after->prev = before;
}

/* At the front: a stack. */
static inline void list_add(struct list_head* item, struct list_head* head) {
  __list_insert(item, item, head, head->next);
}
/* At the end: a queue. */
static inline void list_add_tail(struct list_head* item, struct list_head* head) {
  __list_insert(item, item, head->prev, head);
}
static inline void list_del(struct list_head* item) {
  __list_close(item->prev, item->next);
  item->next = LIST_POISON1;
  item->prev = LIST_POISON2;
}
/* The element may be asked list_empty() afterwards. */
static inline void list_del_init(struct list_head* item) {
  __list_close(item->prev, item->next);
  INIT_LIST_HEAD(item);
}
static inline void list_replace(struct list_head* old, struct list_head* item) {
  __list_insert(item, item, old->prev, old->next);
}
static inline void list_replace_init(struct list_head* old, struct list_head* item) {
  list_replace(old, item);
  INIT_LIST_HEAD(old);
}
static inline void list_move(struct list_head* item, struct list_head* head) {
  __list_close(item->prev, item->next);
  list_add(item, head);
}
static inline void list_move_tail(struct list_head* item, struct list_head* head) {
  __list_close(item->prev, item->next);
  list_add_tail(item, head);
}

/* All of `list` to the front of `head`; the heads called _init are empty afterwards, the others must not be
 * used. */
static inline void list_splice(const struct list_head* list, struct list_head* head) {
  if (!list_empty(list)) __list_insert(list->next, list->prev, head, head->next);
}
static inline void list_splice_tail(const struct list_head* list, struct list_head* head) {
  if (!list_empty(list)) __list_insert(list->next, list->prev, head->prev, head);
}
static inline void list_splice_init(struct list_head* list, struct list_head* head) {
  list_splice(list, head);
  INIT_LIST_HEAD(list);
}
static inline void list_splice_tail_init(struct list_head* list, struct list_head* head) {
  list_splice_tail(list, head);
  INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
  (list_empty(head) ? (type*)0 : list_first_entry(head, type, member))
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))

#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_prev(pos, head) for (pos = (head)->prev; pos != (head); pos = pos->prev)
/* The body may delete pos. */
#define list_for_each_safe(pos, n, head) \
  for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)                                                         \
  for (pos = list_first_entry(head, __typeof__(*pos), member); !list_entry_is_head(pos, head, member); \
       pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                                                \
  for (pos = list_last_entry(head, __typeof__(*pos), member); !list_entry_is_head(pos, head, member); \
       pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                                           \
  for (pos = list_first_entry(head, __typeof__(*pos), member), n = list_next_entry(pos, member); \
       !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))
