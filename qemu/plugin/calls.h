/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who called whom: a shadow of the guest's call stack, followed by the instructions that are executed.
 *
 * A plugin of this QEMU cannot read registers, so a call is a BL or BLX that was followed by something else than the next
 * instruction, and a return is arriving where a call of the stack comes back to. What fits neither (a switch of threads)
 * makes the stack begin anew with the function that is executed. */
#ifndef MINK_PLUGIN_CALLS_H
#define MINK_PLUGIN_CALLS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Function {
  uint32_t start, end;
  bool thumb;
  bool harness; /* what it calls are the operations that are measured */
  uint64_t calls, instructions, loads, stores, imisses, dmisses, tlb_misses;
  uint64_t worst; /* the most instructions in one call, with all that it called, without interrupts */
  const struct Node* worst_at;
} Function;

/* A path of the call tree. */
typedef struct Node {
  Function* function;
  struct Node *parent, *child, *sibling;
  uint64_t instructions; /* executed there, without callees */
} Node;

typedef enum Kind { ORDINARY, CALL, EXCEPTION_RETURN } Kind;

typedef struct Insn {
  uint32_t address, size;
  Kind kind;
  Function* function;
} Insn;

/* Functions sorted by address; the last one (of `count`) stands for whatever is none of them. */
void calls_init(Function* functions, unsigned count);
Function* function_of(uint32_t address);
Kind kind_of(uint32_t opcode);
Kind kind_of_thumb(uint32_t opcode); /* the first halfword in the low half */
bool invalidates_tlb(uint32_t opcode);

/* What the stack tells of an operation: a call that the harness made. */
typedef struct CallHooks {
  void (*operation_begins)(void);
  void (*operation_ends)(void);
} CallHooks;

/* An empty stack. before: the instruction executed last, if it is of interest when its call returns; or NULL. */
void calls_start(const CallHooks* hooks, const Insn* before);
/* `insn` is about to be executed. False: no, by it the call that `before` made has returned. */
bool calls_step(const Insn* insn);
Node* calls_node(void); /* where we are */
Node* calls_root(void);
bool calls_in_exception(void);

#endif
