// SPDX-License-Identifier: MIT
// gfp test: every flag's meaning shown on the running kernel.
#pragma once
#include <lib/text_sink.hpp>
#include <string_view>

namespace mink::shell {

// Runs the demonstration that `name` belongs to, or all of them for "all". Says what happened in order, and of each
// whether it was as it should be. Memory runs short meanwhile, for everybody.
enum class GfpTestResult { Ok, Failed, Unknown };
GfpTestResult gfp_test(std::string_view name, TextSink& out);

// "GFP_KERNEL GFP_ATOMIC ...", what it knows.
void list_gfp_tests(TextSink& out);

}  // namespace mink::shell
