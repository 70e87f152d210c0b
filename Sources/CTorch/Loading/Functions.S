// The functions of the interface for a program that loads libtorch late: each jumps to the one of that name in
// libsegnas3d-torch.so, and the first call of any loads that library.
//
// In assembly, as what is passed on is whatever the caller has put into registers and on the stack: no signature is
// written a second time. Weak, so that a program which has the functions themselves linked in calls those.

#if !defined(__x86_64__) || !defined(__linux__)
#error "libtorch is loaded late on Linux on x86-64 only"
#endif

    .macro function name
    .text
    .p2align 4
    .weak   \name
    .type   \name, @function
    .globl  ct_late_\name
    .hidden ct_late_\name
    .type   ct_late_\name, @function
\name:
ct_late_\name:
    jmp     *.Lslot_\name(%rip)
.Lfirst_\name:
    leaq    .Lslot_\name(%rip), %r11
    jmp     ct_load_and_call
    .size   \name, . - \name

    .data
.Lslot_\name:
    .quad   .Lfirst_\name

    .section .rodata.str1.1, "aMS", @progbits, 1
.Ltext_\name:
    .asciz  "\name"

    .section .data.rel.ro, "aw"
    .quad   .Ltext_\name
    .endm

#define FUNCTION(name) function name

    .data
    .p2align 3
    .globl  ct_slots
    .hidden ct_slots
ct_slots:
    .section .data.rel.ro, "aw"
    .p2align 3
    .globl  ct_names
    .hidden ct_names
ct_names:

#include "Functions.h"

    .section .data.rel.ro, "aw"
    .quad   0

// Loads all functions, and goes on with the one whose slot r11 points to, as if it had been called at once.
    .text
    .p2align 4
    .type   ct_load_and_call, @function
ct_load_and_call:
    .cfi_startproc
    pushq   %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq    %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq    $192, %rsp
    movq    %rdi, (%rsp)
    movq    %rsi, 8(%rsp)
    movq    %rdx, 16(%rsp)
    movq    %rcx, 24(%rsp)
    movq    %r8, 32(%rsp)
    movq    %r9, 40(%rsp)
    movq    %r11, 48(%rsp)
    movups  %xmm0, 64(%rsp)
    movups  %xmm1, 80(%rsp)
    movups  %xmm2, 96(%rsp)
    movups  %xmm3, 112(%rsp)
    movups  %xmm4, 128(%rsp)
    movups  %xmm5, 144(%rsp)
    movups  %xmm6, 160(%rsp)
    movups  %xmm7, 176(%rsp)
    call    ct_load_or_exit
    movq    (%rsp), %rdi
    movq    8(%rsp), %rsi
    movq    16(%rsp), %rdx
    movq    24(%rsp), %rcx
    movq    32(%rsp), %r8
    movq    40(%rsp), %r9
    movq    48(%rsp), %r11
    movups  64(%rsp), %xmm0
    movups  80(%rsp), %xmm1
    movups  96(%rsp), %xmm2
    movups  112(%rsp), %xmm3
    movups  128(%rsp), %xmm4
    movups  144(%rsp), %xmm5
    movups  160(%rsp), %xmm6
    movups  176(%rsp), %xmm7
    leave
    .cfi_def_cfa %rsp, 8
    jmp     *(%r11)
    .cfi_endproc
    .size   ct_load_and_call, . - ct_load_and_call

    .section .note.GNU-stack, "", @progbits
