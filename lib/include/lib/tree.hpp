// SPDX-License-Identifier: MIT
// An intrusive ordered tree: Boost.Intrusive's red-black set, O(log n), the node inside the object.
#pragma once

// Its assertions end in the C library's; the structures that use the tree check themselves whole.
#define BOOST_DISABLE_ASSERTS
#include <boost/intrusive/set.hpp>

namespace mink {

// A member of the object that is to be in a tree, in one at a time. Colour and parent share a word.
using TreeNode = boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                   boost::intrusive::optimize_size<true>>;

// Tree<Area, &Area::node, ByStart>. Keys are unique. Must not move. Not constant-initialised: hold it in a
// Late<> if it lives in a global.
template <class T, TreeNode T::*Node, class Less>
using Tree =
    boost::intrusive::set<T, boost::intrusive::member_hook<T, TreeNode, Node>,
                          boost::intrusive::compare<Less>, boost::intrusive::constant_time_size<false>>;

}  // namespace mink
