/* SPDX-License-Identifier: MIT */
/* What vmap may be asked for: rights of kernel pages, without a word of the MMU's. */
#pragma once

typedef struct {
  unsigned long pgprot;
} pgprot_t;

#define pgprot_val(x) ((x).pgprot)
#ifdef __cplusplus
#define __pgprot(x) (pgprot_t{(x)})
#else
#define __pgprot(x) ((pgprot_t){(x)})
#endif

#define MINK_PROT_WRITE 1ul
#define MINK_PROT_EXEC 2ul
#define MINK_PROT_UNCACHED 4ul /* Strongly ordered: never for memory that the linear map caches */
#define MINK_PROT_COMBINED 8ul /* Normal, not cached: likewise */

#define PAGE_KERNEL __pgprot(MINK_PROT_WRITE)
#define PAGE_KERNEL_RO __pgprot(0ul)
#define PAGE_KERNEL_EXEC __pgprot(MINK_PROT_EXEC) /* read-only: nothing is writable and executable */
#define pgprot_noncached(prot) __pgprot(pgprot_val(prot) | MINK_PROT_UNCACHED)
#define pgprot_writecombine(prot) __pgprot(pgprot_val(prot) | MINK_PROT_COMBINED)
