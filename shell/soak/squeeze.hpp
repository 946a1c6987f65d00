// SPDX-License-Identifier: MIT
// Memory taken away for a while, so that a soak also runs into failures, reserves and reclaim.
#pragma once

struct page;

namespace mink::shell {

class Squeeze {
 public:
  // Takes all that GFP_NOWAIT may take, largest blocks first; the reserves below the marks stay.
  void hold();
  // Gives it back. Nothing if nothing is held.
  void release();

  [[nodiscard]] bool holding() const { return held_ != nullptr; }

 private:
  page* held_ = nullptr;  // chained by page->next; page->private_data is the order
};

}  // namespace mink::shell
