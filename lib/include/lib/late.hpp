// SPDX-License-Identifier: MIT
// Room for an object that a constinit global cannot make at compile time: made by make(), once, and never
// destroyed.
#pragma once
#include <base/assert.hpp>
#include <new>
#include <utility>

namespace mink {

template <class T>
class Late {
 public:
  constexpr Late() : room_{} {}
  Late(const Late&) = delete;
  Late& operator=(const Late&) = delete;

  template <class... Args>
  T& make(Args&&... args) {
    MINK_ASSERT(!made_);
    made_ = true;
    return *::new (&room_.value) T(std::forward<Args>(args)...);
  }
  // Before make(): not to be used, and not looked at.
  T& operator*() { return room_.value; }
  const T& operator*() const { return room_.value; }
  T* operator->() { return &room_.value; }
  const T* operator->() const { return &room_.value; }
  [[nodiscard]] bool made() const { return made_; }

 private:
  union Room {
    constexpr Room() : nothing{} {}
    constexpr ~Room() {}
    char nothing;
    T value;
  };
  Room room_;
  bool made_ = false;
};

}  // namespace mink
