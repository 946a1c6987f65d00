/* SPDX-License-Identifier: MIT */
/* The DMA API as a driver in C uses it (dma_api.c). */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* A descriptor ring, a descriptor and a buffer come and go. 1, or the negative number of the step that failed. */
int c_dma_driver(void);

#ifdef __cplusplus
}
#endif
