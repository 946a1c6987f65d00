// SPDX-License-Identifier: MIT
#include "stress/model/campaign.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fakes/log.hpp"

namespace mink::stress {
namespace {

constexpr std::size_t kRunOperations = 50'000;
constexpr unsigned kRunSeconds = 300;  // a run takes a second; beyond this it hangs
constexpr unsigned kMinimiseSeconds = 60;
constexpr int kFailed = 3;

// What a run leaves behind: in memory shared with the parent, so that it is there however the run ends.
struct Remains {
  std::size_t at;
  Tally tally;
  char message[512];
};
Remains* remains = nullptr;

struct Child {
  pid_t pid;
  Remains* left;
};

Child start(const Replay& replay, bool quiet) {
  void* const room =
      mmap(nullptr, sizeof(Remains), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return {-1, nullptr};
  auto* const left = static_cast<Remains*>(room);
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    remains = left;
    if (quiet) {
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
    }
    alarm(kRunSeconds);
    const char* const panicked = fakes::panic_of([&] { execute(replay, left->at); });
    if (panicked != nullptr) fail("panic: %s", panicked);
    left->tally = tally();
    std::exit(0);  // in a build that counts what was run, this writes it down
  }
  return {pid, left};
}

Outcome end_of(const Child& child, int status) {
  Outcome outcome;
  outcome.failed = status != 0;
  outcome.at = child.left->at;
  outcome.tally = child.left->tally;
  outcome.message = child.left->message;
  if (outcome.failed && outcome.message.empty()) {
    char text[64];
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
      std::snprintf(text, sizeof text, "no end after %u s", kRunSeconds);
    } else {
      std::snprintf(text, sizeof text, WIFSIGNALED(status) ? "signal %d" : "a sanitizer's report, status %d",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    outcome.message = text;
  }
  munmap(child.left, sizeof(Remains));
  return outcome;
}

Outcome failed_to_start() { return {true, 0, "no process for it", {}}; }

unsigned cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  const int n = CPU_COUNT(&set);
  return n < 1 ? 1u : n > 16 ? 16u : static_cast<unsigned>(n);
}

}  // namespace

void fail(const char* format, ...) {
  char text[sizeof remains->message];
  std::va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (remains != nullptr) {
    std::memcpy(remains->message, text, sizeof text);
  } else {
    std::fprintf(stderr, "%s\n", text);
  }
  _exit(kFailed);
}

Outcome run_apart(const Replay& replay, bool quiet) {
  const Child child = start(replay, quiet);
  if (child.pid < 0) return failed_to_start();
  int status = 0;
  waitpid(child.pid, &status, 0);
  return end_of(child, status);
}

Replay minimised(Replay replay, Outcome& outcome, unsigned seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
  const auto in_time = [&] { return std::chrono::steady_clock::now() < end; };
  const auto still_fails = [&](const Replay& candidate) {
    Outcome o = run_apart(candidate, true);
    if (o.failed) outcome = std::move(o);
    return o.failed;
  };
  if (outcome.at + 1 < replay.ops.size()) {
    Replay head = replay;
    head.ops.resize(outcome.at + 1);
    if (still_fails(head)) replay = std::move(head);
  }
  for (std::size_t piece = replay.ops.size() / 2; piece != 0 && in_time();) {
    bool any = false;
    for (std::size_t from = 0; from < replay.ops.size() && in_time();) {
      Replay shorter = replay;
      const auto first = shorter.ops.begin() + static_cast<std::ptrdiff_t>(from);
      const std::size_t to = from + piece < shorter.ops.size() ? from + piece : shorter.ops.size();
      shorter.ops.erase(first, shorter.ops.begin() + static_cast<std::ptrdiff_t>(to));
      if (!shorter.ops.empty() && still_fails(shorter)) {
        replay = std::move(shorter);
        any = true;
      } else {
        from += piece;
      }
    }
    if (piece > replay.ops.size() / 2 && replay.ops.size() > 1) {
      piece = replay.ops.size() / 2;
    } else if (piece != 1 || !any) {
      piece /= 2;
    }
  }
  return replay;
}

Campaign run_campaign(const Subject& subject, std::uint64_t seed, std::uint64_t operations) {
  Campaign campaign;
  struct Run {
    Child child;
    std::uint64_t seed;
  };
  std::vector<Run> running;
  const unsigned most = cpus();
  std::uint64_t planned = 0, first_bad = 0;
  const auto replay_of = [&](std::uint64_t s) {
    return Replay{&subject, static_cast<unsigned>(s % subject.variants), draw(subject, s, kRunOperations)};
  };
  const auto reap = [&] {
    int status = 0;
    const pid_t pid = wait(&status);
    for (std::size_t i = 0; i < running.size(); ++i) {
      if (running[i].child.pid != pid) continue;
      const Outcome o = end_of(running[i].child, status);
      campaign.sum.by_thread += o.tally.by_thread;
      campaign.sum.in_interrupts += o.tally.in_interrupts;
      campaign.sum.in_midst += o.tally.in_midst;
      campaign.sum.refused += o.tally.refused;
      campaign.sum.checks += o.tally.checks;
      if (o.failed && (!campaign.failed || running[i].seed < first_bad)) {
        campaign.failed = true;
        first_bad = running[i].seed;
      }
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  };
  for (; planned < operations && !campaign.failed; planned += kRunOperations, ++seed) {
    if (running.size() >= most) reap();
    const Child child = start(replay_of(seed), true);
    if (child.pid < 0) {
      campaign.failed = true;
      campaign.report = failed_to_start().message;
      break;
    }
    running.push_back({child, seed});
  }
  while (!running.empty()) reap();
  if (!campaign.failed || !campaign.report.empty()) return campaign;

  // Once more, to be heard: a sanitizer says what it found.
  Replay whole = replay_of(first_bad);
  Outcome outcome = run_apart(whole, false);
  if (!outcome.failed) {
    campaign.report = "seed " + std::to_string(first_bad) + " failed once, and not again";
    return campaign;
  }
  const std::string first_message = outcome.message;
  const Replay least = minimised(std::move(whole), outcome, kMinimiseSeconds);
  campaign.report = std::string{subject.name} + ", seed " + std::to_string(first_bad) + ": " + first_message +
                    "\nminimised to " + std::to_string(least.ops.size()) + " operations (" + outcome.message +
                    "); save what follows and run it with --replay FILE:\n" + to_text(least);
  return campaign;
}

}  // namespace mink::stress
