// SPDX-License-Identifier: MIT
// stress/model [CppUTest's options]          every allocator against its model
// stress/model --replay FILE                 what a failure printed, once more, with all sanitizers say
// stress/model --subject NAME SEED OPERATIONS  one allocator alone
#include <CppUTest/CommandLineTestRunner.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "stress/model/campaign.hpp"

using namespace mink::stress;

extern "C" const char* __asan_default_options() { return "detect_leaks=0:malloc_context_size=4"; }

static int replay_file(const char* name) {
  std::ifstream file{name};
  std::ostringstream text;
  text << file.rdbuf();
  Replay replay;
  std::string problem;
  if (!file || !from_text(text.str(), subjects(), replay, problem)) {
    std::printf("%s: no replay: %s\n", name, problem.c_str());
    return 2;
  }
  const Outcome outcome = run_apart(replay, false);
  std::printf("%s\n", outcome.failed ? outcome.message.c_str() : "all is well");
  if (outcome.failed && outcome.at < replay.ops.size()) {
    std::printf("in operation %zu of %zu: %s\n", outcome.at + 1, replay.ops.size(),
                replay.ops[outcome.at].kind->name);
  }
  return outcome.failed ? 1 : 0;
}

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--replay") == 0) return replay_file(argv[2]);
  if (argc == 5 && std::strcmp(argv[1], "--subject") == 0) {
    for (const Subject* s : subjects()) {
      if (std::strcmp(s->name, argv[2]) != 0) continue;
      const Campaign c =
          run_campaign(*s, std::strtoull(argv[3], nullptr, 0), std::strtoull(argv[4], nullptr, 0));
      std::printf("%s%s\n", c.report.c_str(), c.failed ? "FAILED" : "all is well");
      return c.failed ? 1 : 0;
    }
  }
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
