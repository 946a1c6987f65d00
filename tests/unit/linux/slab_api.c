// SPDX-License-Identifier: MIT
// The slab, kmalloc and mempool API as drivers of today and of the books use it: in C, gnu11.
#include "unit/linux/slab_api.h"

#include <linux/mempool.h>
#include <linux/slab.h>
#include <string.h>

#define EXPECT(condition)              \
  do {                                 \
    if (!(condition)) return __LINE__; \
  } while (0)

struct xxx {
  int number;
  char name[40];
};

/* As the books print it: a cache with neither constructor nor destructor. */
int c_book_listing(void) {
  static kmem_cache_t* xxx_cachep;
  struct xxx* ctx;
  xxx_cachep =
      kmem_cache_create("xxx_cache", sizeof(struct xxx), 0, SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL, NULL);
  EXPECT(xxx_cachep != NULL);
  ctx = kmem_cache_alloc(xxx_cachep, SLAB_KERNEL);
  EXPECT(ctx != NULL);
  ctx->number = 1;
  strcpy(ctx->name, "mink");
  EXPECT(((unsigned long)ctx & 31) == 0);
  EXPECT(kmem_cache_size(xxx_cachep) == sizeof(struct xxx));
  EXPECT(kmem_cache_destroy(xxx_cachep) == -16); /* -EBUSY */
  kmem_cache_free(xxx_cachep, ctx);
  EXPECT(kmem_cache_destroy(xxx_cachep) == 0);
  return 0;
}

static int made;
static int released;
static void ctor_of_one(void* object) {
  ((struct xxx*)object)->number = 41;
  ++made;
}
static void ctor_of_three(void* object, kmem_cache_t* cache, unsigned long flags) {
  if (cache != NULL && (flags & (SLAB_CTOR_VERIFY | SLAB_CTOR_CONSTRUCTOR)) == SLAB_CTOR_CONSTRUCTOR)
    ctor_of_one(object);
}
static void dtor_of_three(void* object, kmem_cache_t* cache, unsigned long flags) {
  (void)cache;
  (void)flags;
  if (((struct xxx*)object)->number == 41) ++released;
}

static int take_and_give(kmem_cache_t* cache) {
  struct xxx* const object = kmem_cache_alloc(cache, GFP_KERNEL);
  EXPECT(object != NULL && object->number == 41 && made > 0);
  kmem_cache_free(cache, object);
  EXPECT(kmem_cache_destroy(cache) == 0);
  return 0;
}

int c_constructors(void) {
  int line;
  made = released = 0;
  line = take_and_give(kmem_cache_create("one", sizeof(struct xxx), 0, 0, ctor_of_one));
  EXPECT(line == 0 && released == 0);
  made = 0;
  line = take_and_give(kmem_cache_create("three", sizeof(struct xxx), 0, 0, ctor_of_three));
  EXPECT(line == 0 && released == 0);
  made = 0;
  line = take_and_give(kmem_cache_create("old", sizeof(struct xxx), 0, 0, ctor_of_three, dtor_of_three));
  EXPECT(line == 0 && released == made);
  EXPECT(kmem_cache_create("bad", 0, 0, 0, NULL) == NULL);
  return 0;
}

/* Sizes that the compiler does not know. */
int c_kmalloc_variable(void) {
  static const size_t sizes[][2] = {{1, 32},    {32, 32},     {33, 64},     {96, 96},     {97, 128},
                                    {200, 256}, {4096, 4096}, {4097, 8192}, {8192, 8192}, {8193, 16384}};
  volatile size_t nothing = 0;
  unsigned i;
  EXPECT(kmalloc(nothing, GFP_KERNEL) == ZERO_SIZE_PTR);
  EXPECT(kmalloc(nothing, GFP_ATOMIC) == ZERO_SIZE_PTR);
  EXPECT(kmalloc(nothing - 1, GFP_KERNEL) == NULL);
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    const volatile size_t* const asked = &sizes[i][0];
    void* const kernel = kmalloc(*asked, GFP_KERNEL);
    void* const atomic = kmalloc(*asked, GFP_ATOMIC);
    EXPECT(kernel != NULL && ksize(kernel) == sizes[i][1]);
    EXPECT(atomic != NULL && ksize(atomic) == sizes[i][1]);
    kfree(kernel);
    kfree(atomic);
  }
  return 0;
}

int c_kmalloc_family(void) {
  char* text;
  char* more;
  int* numbers;
  kmem_cache_t* cache;
  void* bulk[20];
  text = kstrdup("a driver's name", GFP_KERNEL);
  EXPECT(text != NULL && strcmp(text, "a driver's name") == 0);
  EXPECT(ksize(text) == 32);
  more = krealloc(text, 100, GFP_KERNEL);
  EXPECT(more != NULL && strcmp(more, "a driver's name") == 0 && ksize(more) == 128);
  text = kstrndup(more, 8, GFP_ATOMIC);
  EXPECT(text != NULL && strcmp(text, "a driver") == 0);
  kfree_sensitive(text);
  kfree_s(more, 100);
  numbers = kcalloc(10, sizeof *numbers, GFP_KERNEL);
  EXPECT(numbers != NULL && numbers[0] == 0 && numbers[9] == 0);
  numbers[0] = 7;
  numbers = krealloc_array(numbers, 100, sizeof *numbers, GFP_KERNEL);
  EXPECT(numbers != NULL && numbers[0] == 7);
  EXPECT(krealloc_array(numbers, (size_t)-1, sizeof *numbers, GFP_KERNEL) == NULL);
  kfree(numbers);
  EXPECT(kmalloc_array((size_t)-1, 2, GFP_KERNEL) == NULL);
  EXPECT(kcalloc((size_t)-1 / 2, 3, GFP_KERNEL) == NULL);
  EXPECT(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
  kfree(ZERO_SIZE_PTR);
  kfree(NULL);
  text = kmemdup("12345", 3, GFP_KERNEL);
  EXPECT(text != NULL && memcmp(text, "123", 3) == 0);
  kfree(text);
  text = kzalloc(20000, GFP_KERNEL);
  EXPECT(text != NULL && text[0] == 0 && text[19999] == 0 && ksize(text) >= 20000);
  kfree(text);
  text = kmalloc(50, GFP_KERNEL | GFP_DMA);
  EXPECT(text != NULL);
  kzfree(text);
  cache = KMEM_CACHE(xxx, SLAB_RECLAIM_ACCOUNT);
  EXPECT(cache != NULL && strcmp(kmem_cache_name(cache), "xxx") == 0);
  text = kmem_cache_zalloc(cache, GFP_KERNEL);
  EXPECT(text != NULL && text[0] == 0);
  kfree(text); /* an object of any cache */
  EXPECT(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 20, bulk) == 20);
  kmem_cache_free_bulk(cache, 10, bulk);
  kfree_bulk(10, bulk + 10);
  EXPECT(kmem_cache_shrink(cache) == 0);
  EXPECT(kmem_cache_destroy(cache) == 0);
  return 0;
}

int c_named_cache(void) {
  void* p;
  EXPECT(kmalloc_index(100) == 7);
  p = kmem_cache_alloc_trace(kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(100)], GFP_KERNEL, 100);
  EXPECT(p != NULL && ksize(p) == 128);
  kfree(p);
  return 0;
}

static int asked;
static void* alloc_of_today(gfp_t gfp_mask, void* pool_data) {
  ++asked;
  return mempool_kmalloc(gfp_mask, pool_data);
}
static void* alloc_of_the_book(int gfp_mask, void* pool_data) {
  ++asked;
  return mempool_kmalloc((gfp_t)gfp_mask, pool_data);
}

int c_mempool_callbacks(void) {
  mempool_t own;
  mempool_t* pool;
  void* element;
  kmem_cache_t* cache = kmem_cache_create("pooled", 200, 0, 0, NULL);
  asked = 0;
  pool = mempool_create(3, alloc_of_today, mempool_kfree, (void*)100);
  EXPECT(pool != NULL && asked == 3);
  mempool_destroy(pool);
  pool = mempool_create(3, alloc_of_the_book, mempool_kfree, (void*)100);
  EXPECT(pool != NULL && asked == 6);
  element = mempool_alloc(pool, GFP_KERNEL);
  EXPECT(element != NULL && ksize(element) == 128);
  mempool_free(element, pool);
  mempool_destroy(pool);
  pool = mempool_create(2, mempool_alloc_slab, mempool_free_slab, cache);
  EXPECT(pool != NULL);
  mempool_destroy(pool);
  pool = mempool_create_slab_pool(2, cache);
  EXPECT(pool != NULL && mempool_resize(pool, 8) == 0);
  element = mempool_alloc(pool, GFP_ATOMIC);
  EXPECT(element != NULL);
  mempool_free(element, pool);
  mempool_destroy(pool);
  EXPECT(kmem_cache_destroy(cache) == 0);
  pool = mempool_create_kmalloc_pool(2, 300);
  EXPECT(pool != NULL);
  mempool_destroy(pool);
  pool = mempool_create_page_pool(2, 1);
  EXPECT(pool != NULL);
  element = mempool_alloc(pool, GFP_KERNEL); /* a struct page */
  EXPECT(element != NULL);
  mempool_free(element, pool);
  mempool_destroy(pool);
  mempool_destroy(NULL);
  EXPECT(mempool_init(&own, 2, alloc_of_the_book, mempool_kfree, (void*)64) == 0);
  EXPECT(mempool_initialized(&own));
  mempool_exit(&own);
  EXPECT(!mempool_initialized(&own));
  return 0;
}
