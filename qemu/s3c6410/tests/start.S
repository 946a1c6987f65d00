// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's first instructions and its exception vectors: any state a boot loader leaves, then C++ with an identity
// map of strongly-ordered sections, except that 0xFFF00000 shows the first megabyte of DRAM, for the high vectors.

        .section .start, "ax"
        .arm
        .global _start
_start:
        cpsid   aif, #0x13
        ldr     r0, =0x00050078         // MMU and caches off, alignment as at reset, low vectors
        mcr     p15, 0, r0, c1, c0, 0
        mov     r0, #0
        mcr     p15, 0, r0, c7, c7, 0
        mcr     p15, 0, r0, c8, c7, 0

        ldr     r0, =__bss_start
        ldr     r1, =__bss_end
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b

        ldr     r0, =vectors            // to where 0xFFFF0000 will be
        ldr     r1, =0x500f0000
        mov     r2, #16
2:      ldr     r3, [r0], #4
        str     r3, [r1], #4
        subs    r2, r2, #1
        bne     2b

        ldr     r0, =__tables
        ldr     r1, =0xc02              // a section, AP = all may write
        mov     r2, #4096
3:      str     r1, [r0], #4
        add     r1, r1, #0x100000
        subs    r2, r2, #1
        bne     3b
        ldr     r1, =0x50000c02
        str     r1, [r0, #-4]
        ldr     r0, =__tables
        mcr     p15, 0, r0, c2, c0, 0
        mvn     r1, #0
        mcr     p15, 0, r1, c3, c0, 0
        ldr     r1, =0x00052079         // MMU on, high vectors
        mcr     p15, 0, r1, c1, c0, 0
        mcr     p15, 0, r2, c7, c5, 4

        cps     #0x12
        ldr     sp, =__irq_stack
        cps     #0x11
        ldr     sp, =__fiq_stack
        cps     #0x17
        ldr     sp, =__abort_stack
        cps     #0x1b
        ldr     sp, =__abort_stack
        cps     #0x13
        ldr     sp, =__stack
        bl      guest_main
        b       .

vectors:
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        .word   _start, undefined, undefined, undefined, data_abort, undefined, irq, fiq

// An exception is counted once and its line shut at the place it came from: the test then looks at the controllers.
irq:    sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        ldr     r0, =irqs_taken
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        mrs     r0, spsr
        orr     r0, r0, #0x80
        msr     spsr_c, r0
        ldm     sp!, {r0-r3, r12, pc}^

fiq:    sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        ldr     r0, =fiqs_taken
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        mrs     r0, spsr
        orr     r0, r0, #0x40
        msr     spsr_c, r0
        ldm     sp!, {r0-r3, r12, pc}^

data_abort:
        sub     lr, lr, #4              // the instruction after the one that faulted: the test goes on and looks
        push    {r0, r1}
        ldr     r0, =aborts_taken
        ldr     r1, [r0]
        add     r1, r1, #1
        str     r1, [r0]
        pop     {r0, r1}
        movs    pc, lr

undefined:
        mov     r0, lr
        b       lost
