// The cores that the process was started with. An OpenMP runtime may bind the first thread to one of them while it is
// loaded, and what the process starts has no more: so they are noted before any library has its turn.

#define _GNU_SOURCE
#include "CStartUp.h"

#include <sched.h>
#include <stddef.h>

// Of 16,384 cores, four times what the kernel knows on this architecture.
static cpu_set_t cores[16];
static int known;

static void note_cores(void) {
    known = sched_getaffinity(0, sizeof cores, cores) == 0;
}

// Only executables have such functions, which run before the libraries' own.
__attribute__((section(".preinit_array"), used)) static void (*first)(void) = note_cores;

void su_restore_cores(void) {
    if (known) sched_setaffinity(0, sizeof cores, cores);
}
