/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU plugin that counts what a guest of one ARM1176 executes: per function, per path of calls, and per operation that
 * a harness (the bench) calls; loads and stores, and what its caches and TLBs would have missed. qemu/profile has the words.
 *
 * Arguments: symbols=FILE (lines "START END FLAGS", sorted; FLAGS: h, of the harness; t, Thumb; or -), out=FILE,
 * from=ADDRESS (counting begins when that instruction is executed; up to two, whose operations are summed apart), to=ADDRESS (it ends, until the next `from`; none: it
 * ends when the function that begins at `from` returns), pages=START-END-SHIFT (there translation is by pages of 2^SHIFT).
 */
#include "cache.h"
#include "calls.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu/qemu-plugin.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

enum { MOST_PAGE_SIZES = 8, MOST_WINDOWS = 2, LINE_SLOTS = 1 << 16 };

typedef struct Executed {
  Insn insn;
  bool tlb_flush;
} Executed;

typedef struct Counts {
  uint64_t instructions, loads, stores, ilines, dlines, imisses, dmisses, tlb_misses;
} Counts;

/* Distinct lines of the operation under way. */
typedef struct LineSet {
  uint32_t line[LINE_SLOTS];
  uint32_t round[LINE_SLOTS];
} LineSet;

static struct {
  uint32_t from[MOST_WINDOWS], to;
  unsigned windows;
  const char* out;
  PageSize pages[MOST_PAGE_SIZES];
  unsigned page_sizes;
} options;

static Function* functions;
static unsigned function_count;
static Core core;
static GHashTable* known; /* address and opcode -> Executed */
static bool counting;
static Insn before; /* executed last, while nothing is counted */
static Counts total, now, sum[MOST_WINDOWS], most[MOST_WINDOWS];
static uint64_t operations[MOST_WINDOWS], device_accesses;
static unsigned window; /* which of them is open */
static bool in_operation;
static LineSet ilines, dlines;
static uint32_t round_number;

static bool add_line(LineSet* set, uint32_t line) {
  uint32_t slot = (line * 2654435761u) >> 16;
  for (unsigned i = 0; i < LINE_SLOTS; ++i, slot = (slot + 1) % LINE_SLOTS) {
    if (set->round[slot] != round_number) {
      set->round[slot] = round_number;
      set->line[slot] = line;
      return true;
    }
    if (set->line[slot] == line) {
      return false;
    }
  }
  return false;
}

static void operation_begins(void) {
  now = (Counts){0};
  in_operation = true;
  ++round_number;
}

static void operation_ends(void) {
  if (!in_operation) {
    return;
  }
  in_operation = false;
  ++operations[window];
  const uint64_t* of = (const uint64_t*)&now;
  for (unsigned i = 0; i < sizeof now / sizeof *of; ++i) {
    ((uint64_t*)&sum[window])[i] += of[i];
    if (of[i] > ((uint64_t*)&most[window])[i]) {
      ((uint64_t*)&most[window])[i] = of[i];
    }
  }
}

static bool counts_for_operation(void) { return in_operation && !calls_in_exception(); }

static void window_opens(void) {
  static const CallHooks hooks = {operation_begins, operation_ends};
  counting = true;
  in_operation = false;
  calls_start(&hooks, options.to == 0 ? &before : NULL);
}

static void on_insn(unsigned vcpu, void* data) {
  const Executed* e = data;
  (void)vcpu;
  if (!counting) {
    for (window = 0; window < options.windows && e->insn.address != options.from[window]; ++window) {
    }
    if (window == options.windows) {
      before = e->insn;
      return;
    }
    window_opens();
  }
  if ((options.to != 0 && e->insn.address == options.to) || !calls_step(&e->insn)) {
    counting = false;
    before = e->insn;
    return;
  }
  Function* function = e->insn.function;
  uint64_t tlb_before = core.tlb.main.misses;
  bool hit = cache_access(&core.icache, e->insn.address >> LINE_SHIFT, true);
  tlb_access(&core.tlb, &core.tlb.instruction, page_key(options.pages, options.page_sizes, e->insn.address));
  uint64_t tlb = core.tlb.main.misses - tlb_before;
  if (e->tlb_flush) {
    tlb_clear(&core.tlb);
  }
  ++total.instructions;
  total.imisses += !hit;
  total.tlb_misses += tlb;
  function->imisses += !hit;
  function->tlb_misses += tlb;
  if (counts_for_operation()) {
    ++now.instructions;
    now.imisses += !hit;
    now.tlb_misses += tlb;
    now.ilines += add_line(&ilines, e->insn.address >> LINE_SHIFT);
  }
}

static void on_memory(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void* data) {
  const Executed* e = data;
  (void)vcpu;
  if (!counting) {
    return;
  }
  struct qemu_plugin_hwaddr* where = qemu_plugin_get_hwaddr(info, vaddr);
  bool store = qemu_plugin_mem_is_store(info);
  bool device = where == NULL || qemu_plugin_hwaddr_is_io(where);
  uint32_t line = device ? 0 : (uint32_t)(qemu_plugin_hwaddr_phys_addr(where) >> LINE_SHIFT);
  uint64_t tlb_before = core.tlb.main.misses;
  /* A store that misses goes to the write buffer and fills no line. */
  bool hit = device || cache_access(&core.dcache, line, !store) || store;
  tlb_access(&core.tlb, &core.tlb.data, page_key(options.pages, options.page_sizes, (uint32_t)vaddr));
  uint64_t tlb = core.tlb.main.misses - tlb_before;
  Function* function = e->insn.function;
  *(store ? &function->stores : &function->loads) += 1;
  *(store ? &total.stores : &total.loads) += 1;
  function->dmisses += !hit;
  function->tlb_misses += tlb;
  total.dmisses += !hit;
  total.tlb_misses += tlb;
  device_accesses += device;
  if (counts_for_operation()) {
    *(store ? &now.stores : &now.loads) += 1;
    now.dmisses += !hit;
    now.tlb_misses += tlb;
    if (!device) {
      now.dlines += add_line(&dlines, line);
    }
  }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(tb, i);
    uint32_t opcode = 0;
    memcpy(&opcode, qemu_plugin_insn_data(insn), MIN(qemu_plugin_insn_size(insn), sizeof opcode));
    gint64 key = (gint64)((uint64_t)opcode << 32 | (uint32_t)qemu_plugin_insn_vaddr(insn));
    Executed* e = g_hash_table_lookup(known, &key);
    if (e == NULL) {
      e = g_new0(Executed, 1);
      e->insn.address = (uint32_t)qemu_plugin_insn_vaddr(insn);
      e->insn.size = (uint32_t)qemu_plugin_insn_size(insn);
      e->insn.function = function_of(e->insn.address);
      e->insn.kind = e->insn.function->thumb ? kind_of_thumb(opcode) : kind_of(opcode);
      e->tlb_flush = !e->insn.function->thumb && invalidates_tlb(opcode);
      g_hash_table_insert(known, g_memdup2(&key, sizeof key), e);
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, QEMU_PLUGIN_CB_NO_REGS, e);
    qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, e);
  }
}

static void print_counts(FILE* out, const char* name, const Counts* c) {
  fprintf(out,
          "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
          "\n",
          name, c->instructions, c->loads, c->stores, c->ilines, c->dlines, c->imisses, c->dmisses,
          c->tlb_misses);
}

static void print_path(FILE* out, const Node* node) {
  if (node->parent != NULL && node->parent->function != NULL) {
    print_path(out, node->parent);
    fputc(';', out);
  }
  fprintf(out, "%u", (unsigned)(node->function - functions));
}

static void print_folded(FILE* out, const Node* node) {
  if (node->instructions != 0) {
    fputs("path ", out);
    print_path(out, node);
    fprintf(out, " %" PRIu64 "\n", node->instructions);
  }
  for (const Node* child = node->child; child != NULL; child = child->sibling) {
    print_folded(out, child);
  }
}

static void at_exit(qemu_plugin_id_t id, void* data) {
  (void)id;
  (void)data;
  FILE* out = fopen(options.out, "w");
  if (out == NULL) {
    return;
  }
  print_counts(out, "total", &total);
  for (unsigned i = 0; i < MOST_WINDOWS; ++i) {
    fprintf(out, "operations %" PRIu64 "\n", operations[i]);
    print_counts(out, "sum", &sum[i]);
    print_counts(out, "most", &most[i]);
  }
  fprintf(out, "device %" PRIu64 "\n", device_accesses);
  for (unsigned i = 0; i < function_count; ++i) {
    const Function* f = &functions[i];
    if (f->instructions != 0 || f->calls != 0) {
      fprintf(out,
              "function %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
              " %" PRIu64 " ",
              i, f->calls, f->instructions, f->loads, f->stores, f->imisses, f->dmisses, f->tlb_misses,
              f->worst);
      if (f->worst_at != NULL) {
        print_path(out, f->worst_at);
      } else {
        fputc('-', out);
      }
      fputc('\n', out);
    }
  }
  print_folded(out, calls_root());
  fclose(out);
}

static bool read_symbols(const char* path) {
  FILE* file = fopen(path, "r");
  if (file == NULL) {
    return false;
  }
  unsigned room = 1024;
  functions = g_new0(Function, room);
  unsigned start, end;
  char flags[4];
  while (fscanf(file, "%x %x %3s", &start, &end, flags) == 3) {
    if (function_count + 2 > room) {
      functions = g_renew(Function, functions, 2 * room);
      memset(functions + room, 0, room * sizeof *functions);
      room *= 2;
    }
    functions[function_count++] = (Function){.start = start,
                                             .end = end,
                                             .thumb = strchr(flags, 't') != NULL,
                                             .harness = strchr(flags, 'h') != NULL};
  }
  fclose(file);
  functions[function_count++] = (Function){.start = 0xffffffff, .end = 0xffffffff};
  calls_init(functions, function_count);
  return function_count > 1;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                           char** argv) {
  const char* symbols = NULL;
  (void)info;
  for (int i = 0; i < argc; ++i) {
    const char* value = strchr(argv[i], '=');
    value = value == NULL ? "" : value + 1;
    if (g_str_has_prefix(argv[i], "symbols=")) {
      symbols = value;
    } else if (g_str_has_prefix(argv[i], "out=")) {
      options.out = g_strdup(value);
    } else if (g_str_has_prefix(argv[i], "from=") && options.windows < MOST_WINDOWS) {
      options.from[options.windows++] = (uint32_t)strtoul(value, NULL, 0);
    } else if (g_str_has_prefix(argv[i], "to=")) {
      options.to = (uint32_t)strtoul(value, NULL, 0);
    } else if (g_str_has_prefix(argv[i], "pages=") && options.page_sizes < MOST_PAGE_SIZES) {
      PageSize* size = &options.pages[options.page_sizes++];
      if (sscanf(value, "%x-%x-%u", &size->start, &size->end, &size->shift) != 3) {
        fprintf(stderr, "mink profile: %s?\n", argv[i]);
        return 1;
      }
    } else {
      fprintf(stderr, "mink profile: %s?\n", argv[i]);
      return 1;
    }
  }
  if (symbols == NULL || options.out == NULL || !read_symbols(symbols)) {
    fprintf(stderr, "mink profile: symbols=FILE and out=FILE are needed\n");
    return 1;
  }
  known = g_hash_table_new(g_int64_hash, g_int64_equal);
  core_init(&core);
  if (options.windows == 0) { /* all of it */
    window_opens();
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, at_exit, NULL);
  return 0;
}
