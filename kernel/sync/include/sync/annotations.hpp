// SPDX-License-Identifier: MIT
// Clang's thread-safety annotations; nothing to other compilers.
#pragma once

#if defined(__clang__)
#define MINK_TSA(x) __attribute__((x))
#else
#define MINK_TSA(x)
#endif

#define CAPABILITY(name) MINK_TSA(capability(name))
#define SCOPED_CAPABILITY MINK_TSA(scoped_lockable)
#define GUARDED_BY(x) MINK_TSA(guarded_by(x))
#define ACQUIRE(...) MINK_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) MINK_TSA(release_capability(__VA_ARGS__))
#define REQUIRES(...) MINK_TSA(requires_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS MINK_TSA(no_thread_safety_analysis)
