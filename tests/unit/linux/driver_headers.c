// SPDX-License-Identifier: MIT
// The driver-facing headers as a driver uses them: in C, gnu11.
#define pr_fmt(format) "mydrv: " format
#include "unit/linux/driver_headers.h"

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>

struct item {
  int number;
  struct list_head node;
};

static int in_order(struct list_head* head) {
  struct item* item;
  int digits = 0;
  int backwards = 0;
  int place = 1;
  list_for_each_entry(item, head, node) { digits = digits * 10 + item->number; }
  list_for_each_entry_reverse(item, head, node) {
    backwards += item->number * place;
    place *= 10;
  }
  return digits == backwards ? digits : -1;
}

static void fill(struct list_head* head, struct item* items, int count, int first) {
  for (int i = 0; i < count; ++i) {
    items[i].number = first + i;
    list_add_tail(&items[i].node, head);
  }
}

int c_list_of_odd_numbers(void) {
  LIST_HEAD(head);
  struct item items[3];
  struct item zero = {.number = 0};
  struct item *item, *next;
  if (!list_empty(&head) || list_first_entry_or_null(&head, struct item, node)) return -1;
  fill(&head, items, 3, 1);
  list_add(&zero.node, &head);
  if (in_order(&head) != 123 || list_first_entry(&head, struct item, node) != &zero) return -2;
  if (!list_is_last(&items[2].node, &head) || list_is_singular(&head)) return -3;
  list_for_each_entry_safe(item, next, &head, node) {
    if (item->number % 2 == 0) list_del(&item->node);
  }
  return in_order(&head);
}

static int spliced(void (*splice)(struct list_head*, struct list_head*)) {
  LIST_HEAD(one);
  LIST_HEAD(two);
  struct item items[4];
  fill(&one, items, 2, 1);
  fill(&two, items + 2, 2, 3);
  splice(&two, &one);
  if (!list_empty(&two)) return -1;
  splice(&two, &one);
  return in_order(&one);
}
int c_list_spliced_in_front(void) { return spliced(list_splice_init); }
int c_list_spliced_behind(void) { return spliced(list_splice_tail_init); }

int c_list_deleted(void) {
  LIST_HEAD(head);
  struct item items[3];
  fill(&head, items, 3, 1);
  list_del(&items[0].node);
  list_del_init(&items[1].node);
  return items[0].node.next == LIST_POISON1 && items[0].node.prev == LIST_POISON2 &&
         list_empty(&items[1].node) && in_order(&head) == 3 && list_is_singular(&head);
}

int c_list_moved(void) {
  LIST_HEAD(head);
  struct item items[3];
  struct item nine = {.number = 9};
  fill(&head, items, 3, 1);
  list_move(&items[1].node, &head);
  list_replace_init(&items[0].node, &nine.node);
  list_move_tail(&items[2].node, &head);
  return list_empty(&items[0].node) ? in_order(&head) : -1;
}

int c_error_pointers(void) {
  void* const error = ERR_PTR(-ENOMEM);
  int object = 0;
  return IS_ERR(error) && PTR_ERR(error) == -ENOMEM && PTR_ERR_OR_ZERO(error) == -ENOMEM &&
         !IS_ERR(&object) && !IS_ERR(NULL) && IS_ERR_OR_NULL(NULL) && PTR_ERR_OR_ZERO(&object) == 0 &&
         IS_ERR(ERR_PTR(-MAX_ERRNO)) && !IS_ERR(ERR_PTR(-MAX_ERRNO - 1));
}

int c_rounding(void) {
  const u64 big = 0x100000001ULL;
  u32 a = 1, b = 2;
  swap(a, b);
  return ALIGN(13u, 8) == 16 && ALIGN(16u, 8) == 16 && ALIGN(big, 16u) == 0x100000010ULL &&
         ALIGN_DOWN(13u, 8) == 8 && IS_ALIGNED(24, 8) && !IS_ALIGNED(25, 8) && DIV_ROUND_UP(9, 4) == 3 &&
         roundup(9, 4) == 12 && rounddown(9, 4) == 8 && min(3, 4) == 3 && max(3, 4) == 4 &&
         clamp(9, 1, 5) == 5 && min_t(unsigned, 5, 3) == 3 && upper_32_bits(big) == 1 &&
         lower_32_bits(big) == 1 && BIT(5) == 32 && ARRAY_SIZE("abc") == 4 && a == 2 && b == 1;
}

int c_container_of(void) {
  struct item item = {.number = 5};
  struct list_head* const node = &item.node;
  return container_of(node, struct item, node) == &item;
}

void c_prints(int number) {
  pr_info("%d\n", number);
  pr_debug("%d\n", number + 1);
}

int c_warns_once(void) {
  int held = 0;
  for (int i = 0; i < 3; ++i) {
    if (WARN_ON_ONCE(i >= 0)) ++held;
  }
  return held;
}
