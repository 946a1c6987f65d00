// SPDX-License-Identifier: MIT
// The C++ side of kmem_cache_create: the old six-argument form, and constructors of one and of three
// arguments. Included by <linux/slab.h>, which declares the rest.
#pragma once
#include <linux/slab.h>

#include <type_traits>

namespace mink::slab_create {

// A constructor or destructor as the allocator keeps it: the pointer, and how many arguments it takes. A null
// pointer is none, whatever the count.
struct Function {
  kmem_any_fn_t pointer;
  int arguments;
};

template <class F>
Function erase(F f) {
  if constexpr (std::is_null_pointer_v<F> || std::is_integral_v<F>) {  // NULL is an integer to g++
    return {nullptr, 0};
  } else if constexpr (std::is_convertible_v<F, kmem_ctor1_t>) {
    const kmem_ctor1_t one = f;
    return {reinterpret_cast<kmem_any_fn_t>(one), 1};
  } else {
    const kmem_ctor3_t three = f;
    return {reinterpret_cast<kmem_any_fn_t>(three), 3};
  }
}

}  // namespace mink::slab_create

template <class Ctor>
requires(!std::is_same_v<Ctor, kmem_ctor1_t>) kmem_cache* kmem_cache_create(const char* name,
                                                                            std::size_t size,
                                                                            std::size_t align,
                                                                            slab_flags_t flags, Ctor ctor) {
  const auto c = mink::slab_create::erase(ctor);
  return __kmem_cache_create(name, size, align, flags, c.pointer, c.arguments, nullptr, 0);
}

template <class Ctor, class Dtor>
kmem_cache* kmem_cache_create(const char* name, std::size_t size, std::size_t align, slab_flags_t flags,
                              Ctor ctor, Dtor dtor) {
  const auto c = mink::slab_create::erase(ctor);
  const auto d = mink::slab_create::erase(dtor);
  return __kmem_cache_create(name, size, align, flags, c.pointer, c.arguments, d.pointer, d.arguments);
}
