// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <initializer_list>
#include <lib/list.hpp>

#include "fakes/log.hpp"

namespace {

struct Item {
  int number;
  mink::ListNode by_age;
  mink::ListNode by_name;
};
using ByAge = mink::List<Item, &Item::by_age>;
using ByName = mink::List<Item, &Item::by_name>;

// The numbers in order, as one decimal: 1, 2, 3 is 123.
template <class L>
int order(const L& list) {
  int digits = 0;
  for (const Item& item : list) digits = digits * 10 + item.number;
  return digits;
}

}  // namespace

TEST_GROUP(List) {
  Item one{1, {}, {}}, two{2, {}, {}}, three{3, {}, {}};
  ByAge list;
};

TEST(List, starts_empty) {
  CHECK(list.empty());
  CHECK(list.front() == nullptr);
  CHECK(list.back() == nullptr);
  CHECK(list.pop_front() == nullptr);
  CHECK(list.check(0));
}

TEST(List, keeps_order_at_both_ends) {
  list.push_back(two);
  list.push_back(three);
  list.push_front(one);
  LONGS_EQUAL(123, order(list));
  LONGS_EQUAL(3, list.size());
  POINTERS_EQUAL(&one, list.front());
  POINTERS_EQUAL(&three, list.back());
  CHECK(list.check(3));
}

TEST(List, inserts_before) {
  list.push_back(one);
  list.push_back(three);
  list.insert_before(three, two);
  LONGS_EQUAL(123, order(list));
}

TEST(List, erases_anywhere_and_unlinks) {
  for (Item* item : {&one, &two, &three}) list.push_back(*item);
  list.erase(two);
  LONGS_EQUAL(13, order(list));
  CHECK_FALSE(two.by_age.linked());
  list.push_back(two);
  POINTERS_EQUAL(&one, list.pop_front());
  POINTERS_EQUAL(&two, list.pop_back());
  LONGS_EQUAL(3, order(list));
  CHECK(list.check(1));
}

TEST(List, one_object_in_two_lists) {
  ByName names;
  for (Item* item : {&one, &two}) list.push_back(*item);
  for (Item* item : {&one, &two}) names.push_front(*item);
  list.erase(one);
  LONGS_EQUAL(2, order(list));
  LONGS_EQUAL(21, order(names));
}

TEST(List, range_for_may_erase_the_current) {
  for (Item* item : {&one, &two, &three}) list.push_back(*item);
  for (Item& item : list) {
    if (item.number != 2) list.erase(item);
  }
  LONGS_EQUAL(2, order(list));
}

TEST(List, splices_all_of_another) {
  ByAge other;
  list.push_back(one);
  other.push_back(two);
  other.push_back(three);
  list.splice_back(other);
  LONGS_EQUAL(123, order(list));
  CHECK(other.empty());
  CHECK(other.check(0));
  CHECK(list.check(3));
  list.splice_back(other);
  LONGS_EQUAL(123, order(list));
}

TEST(List, check_finds_a_broken_link_and_a_ring_too_long) {
  for (Item* item : {&one, &two, &three}) list.push_back(*item);
  CHECK_FALSE(list.check(2));
  mink::ListNode* const saved = two.by_age.prev;
  two.by_age.prev = &two.by_age;
  CHECK_FALSE(list.check(3));
  two.by_age.prev = saved;
  CHECK(list.check(3));
}

TEST(List, double_insert_and_double_erase_are_bugs) {
  list.push_back(one);
  CHECK(mink::fakes::panic_of([&] { list.push_back(one); }) != nullptr);
  list.erase(one);
  CHECK(mink::fakes::panic_of([&] { list.erase(one); }) != nullptr);
}
