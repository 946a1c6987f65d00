// SPDX-License-Identifier: MIT
// An intrusive doubly linked list: the node lives in the object, so nothing is allocated and erase is O(1).
#pragma once
#include <base/assert.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mink {

// A member of the object that is to be listed; an object may have several, one for each list it can be in.
struct ListNode {
  ListNode* next = nullptr;
  ListNode* prev = nullptr;
  // Zeroed memory is an unlinked node.
  [[nodiscard]] constexpr bool linked() const { return next != nullptr; }
};

// List<Task, &Task::run_node>. No locking of its own. Not copyable; the list is part of a ring with its
// nodes, so it must not move while it holds any.
template <class T, ListNode T::*Node>
class List {
 public:
  constexpr List() : head_{&head_, &head_} {}
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  [[nodiscard]] bool empty() const { return head_.next == &head_; }
  [[nodiscard]] T* front() const { return empty() ? nullptr : owner(head_.next); }
  [[nodiscard]] T* back() const { return empty() ? nullptr : owner(head_.prev); }

  void push_front(T& item) { link(item.*Node, head_, *head_.next); }
  void push_back(T& item) { link(item.*Node, *head_.prev, head_); }
  void insert_before(T& position, T& item) { link(item.*Node, *(position.*Node).prev, position.*Node); }

  // `item` must be in this list.
  void erase(T& item) {
    ListNode& node = item.*Node;
    MINK_ASSERT(node.linked() && node.next->prev == &node && node.prev->next == &node);
    node.next->prev = node.prev;
    node.prev->next = node.next;
    node = ListNode{};
  }

  // nullptr if empty.
  T* pop_front() { return pop(front()); }
  T* pop_back() { return pop(back()); }

  // Takes all of `other`, in its order, to the end of this list. O(1).
  void splice_back(List& other) {
    if (other.empty()) return;
    ListNode& first = *other.head_.next;
    ListNode& last = *other.head_.prev;
    head_.prev->next = &first;
    first.prev = head_.prev;
    last.next = &head_;
    head_.prev = &last;
    other.head_ = ListNode{&other.head_, &other.head_};
  }

  // O(n).
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (const ListNode* n = head_.next; n != &head_; n = n->next) ++count;
    return count;
  }

  // True if every link has its counterpart and the ring closes within `limit` items. O(n); touches no object.
  [[nodiscard]] bool check(std::size_t limit) const {
    const ListNode* node = &head_;
    for (std::size_t count = 0; count <= limit; ++count) {
      if (node->next == nullptr || node->next->prev != node) return false;
      node = node->next;
      if (node == &head_) return true;
    }
    return false;
  }

  // Looks at the next item before it hands out the current one: the body of a range-for may erase, and even
  // free, the current item, but no other.
  class Iterator {
   public:
    explicit Iterator(ListNode* at) : at_{at}, next_{at->next} {}
    T& operator*() const { return *owner(at_); }
    T* operator->() const { return owner(at_); }
    Iterator& operator++() {
      at_ = next_;
      next_ = at_->next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    ListNode* at_;
    ListNode* next_;
  };
  [[nodiscard]] Iterator begin() const { return Iterator{head_.next}; }
  [[nodiscard]] Iterator end() const { return Iterator{const_cast<ListNode*>(&head_)}; }

 private:
  // A pointer to data member is, in the ABI of every compiler we use, the member's offset.
  static T* owner(ListNode* node) {
    static_assert(sizeof(Node) == sizeof(std::ptrdiff_t));
    return reinterpret_cast<T*>(reinterpret_cast<char*>(node) - std::bit_cast<std::ptrdiff_t>(Node));
  }
  static void link(ListNode& node, ListNode& prev, ListNode& next) {
    MINK_ASSERT(!node.linked());
    node.next = &next;
    node.prev = &prev;
    prev.next = &node;
    next.prev = &node;
  }
  T* pop(T* item) {
    if (item != nullptr) erase(*item);
    return item;
  }

  ListNode head_;
};

}  // namespace mink
