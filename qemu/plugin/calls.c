/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See calls.h. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 512, VECTORS = 0xffff0000u, VECTORS_END = 0xffff0020u };

typedef struct Frame {
  Node* node;
  uint32_t back; /* where the call returns to */
  bool exception, operation;
  bool jumped; /* not called: it returns where the frame below does */
  uint64_t began, interrupted_before;
} Frame;

static Function* functions;
static unsigned function_count;
static CallHooks hooks;
static Frame stack[MOST_DEPTH];
static unsigned depth; /* frames in use; 0: nothing is known */
static unsigned exceptions;
static Insn last;
static Node root;
static uint64_t executed, interrupted;
static uint32_t home; /* where the call that the window is returns to; 0: it is none */

void calls_init(Function* table, unsigned count) {
  functions = table;
  function_count = count;
}

Function* function_of(uint32_t address) {
  unsigned low = 0, high = function_count - 1;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (address >= functions[middle].end) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Function* found = &functions[low];
  return address >= found->start ? found : &functions[function_count - 1];
}

/* ARM DDI 0100I, A3 and A4. */
Kind kind_of(uint32_t w) {
  bool always = w >> 28 == 15;
  if (always) {
    if ((w & 0xfe50ffff) == 0xf8100a00) { /* RFE */
      return EXCEPTION_RETURN;
    }
    return (w & 0xfe000000) == 0xfa000000 ? CALL : ORDINARY; /* BLX label */
  }
  if ((w & 0x0f000000) == 0x0b000000 || (w & 0x0ffffff0) == 0x012fff30) { /* BL, BLX register */
    return CALL;
  }
  if ((w & 0x0c10f000) == 0x0010f000 ||
      (w & 0x0e508000) == 0x08508000) { /* MOVS, SUBS to pc; LDM with pc and ^ */
    return EXCEPTION_RETURN;
  }
  return ORDINARY;
}

/* ARM DDI 0100I, A7.1, BL and BLX: BLX register, or the second halfword of BL or BLX label. QEMU takes both halfwords as one
 * instruction, but at the end of a page. */
Kind kind_of_thumb(uint32_t w) {
  if ((w & 0xff87) == 0x4780 || (w & 0xf800) == 0xf800 || (w & 0xf801) == 0xe800) {
    return CALL;
  }
  return (w & 0xf800) == 0xf000 && (w & 0xc0000000) == 0xc0000000 ? CALL : ORDINARY;
}

bool invalidates_tlb(uint32_t w) {
  return (w & 0x0fff0ff0) == 0x0e080f10; /* MCR p15, 0, Rd, c8, c5..c7, 0: all entries */
}

static Node* child_of(Node* parent, Function* function) {
  Node* node = parent->child;
  while (node != NULL && node->function != function) {
    node = node->sibling;
  }
  if (node == NULL) {
    node = calloc(1, sizeof *node);
    node->function = function;
    node->parent = parent;
    node->sibling = parent->child;
    parent->child = node;
  }
  return node;
}

static Frame* top(void) { return &stack[depth - 1]; }

static void push(Node* parent, Function* function, uint32_t back, bool exception) {
  if (depth == MOST_DEPTH) {
    exceptions = 0;
    depth = 0;
  }
  bool operation =
      depth != 0 && !exception && exceptions == 0 && top()->node->function->harness && !function->harness;
  stack[depth++] = (Frame){.node = child_of(parent, function),
                           .back = back,
                           .exception = exception,
                           .operation = operation,
                           .began = executed,
                           .interrupted_before = interrupted};
  ++function->calls;
  exceptions += exception;
  if (operation) {
    hooks.operation_begins();
  }
}

static void pop(void) {
  Frame* frame = top();
  Function* function = frame->node->function;
  uint64_t took = executed - frame->began - (interrupted - frame->interrupted_before);
  if (took > function->worst) {
    function->worst = took;
    function->worst_at = frame->node;
  }
  if (frame->operation) {
    hooks.operation_ends();
  }
  if (frame->exception) {
    --exceptions;
    interrupted += took;
  }
  --depth;
}

/* Down to a frame that was entered by an exception, that one too. False: there is none. */
static bool pop_exception(void) {
  if (exceptions == 0) {
    return false;
  }
  while (!top()->exception) {
    pop();
  }
  pop();
  return true;
}

static bool pop_to(uint32_t address) {
  unsigned found = depth;
  while (found != 0 && stack[found - 1].back != address && !stack[found - 1].exception) {
    --found;
  }
  if (found == 0 || stack[found - 1].exception) {
    return false;
  }
  while (stack[found - 1].jumped) {
    --found;
  }
  while (depth >= found) {
    pop();
  }
  return true;
}

static void begin_anew(Function* function) {
  exceptions = 0;
  depth = 0;
  push(&root, function, 0, false);
}

static void follow(const Insn* insn) {
  Function* function = insn->function;
  uint32_t next = last.address + last.size;
  if (insn->address - VECTORS < VECTORS_END - VECTORS && last.address - VECTORS >= VECTORS_END - VECTORS) {
    push(&root, function, 0, true);
  } else if (last.kind == CALL && insn->address != next) {
    push(top()->node, function, next, false);
  } else if (last.kind == EXCEPTION_RETURN && insn->address != next && pop_exception()) {
    if (depth == 0) {
      begin_anew(function);
    }
  } else if (insn->address != next && pop_to(insn->address)) {
    if (depth == 0) {
      begin_anew(function);
    }
  }
  if (top()->node->function == function) {
    return;
  }
  if (insn->address == function->start || top()->exception) {
    push(top()->node, function, top()->back, false);
    top()->jumped = true;
  } else {
    begin_anew(function);
  }
}

void calls_start(const CallHooks* wanted, const Insn* before) {
  hooks = *wanted;
  depth = 0;
  exceptions = 0;
  home = before != NULL && before->kind == CALL ? before->address + before->size : 0;
}

bool calls_step(const Insn* insn) {
  if (depth == 0) {
    begin_anew(insn->function);
  } else if (last.kind != ORDINARY || insn->address != last.address + last.size ||
             insn->function != last.function) {
    if (insn->address == home && home != 0 && exceptions == 0) {
      while (depth != 0) {
        pop();
      }
      return false;
    }
    follow(insn);
  }
  last = *insn;
  ++executed;
  Node* node = top()->node;
  ++node->instructions;
  ++node->function->instructions;
  return true;
}

Node* calls_node(void) { return top()->node; }

Node* calls_root(void) { return &root; }

bool calls_in_exception(void) { return exceptions != 0; }
