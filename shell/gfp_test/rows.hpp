// SPDX-License-Identifier: MIT
// The demonstrations, one function each; table.cpp says which flags each is for.
#pragma once
#include "gfp_test/scene.hpp"

namespace mink::shell {

void show_atomic(Scene& scene);
void show_depths(Scene& scene);
void show_wrong_context(Scene& scene);
void show_kernel(Scene& scene);
void show_nofail(Scene& scene);
void show_noretry(Scene& scene);
void show_repeat(Scene& scene);
void show_noio(Scene& scene);
void show_nofs(Scene& scene);
void show_dma(Scene& scene);
void show_highmem(Scene& scene);
void show_zero(Scene& scene);
void show_comp(Scene& scene);
void show_cold(Scene& scene);
void show_nowarn(Scene& scene);
void show_mempool(Scene& scene);
void show_vmalloc(Scene& scene);
void show_oom(Scene& scene);

}  // namespace mink::shell
