#ifndef CT_MEMORY_H
#define CT_MEMORY_H

#include "ct_tensor.h"

CT_BEGIN

// Bytes of tensors.
typedef struct {
    uint64_t current, peak;
    uint64_t allocations;  // blocks in use
    uint64_t reserved;     // held from the system, in use or kept for reuse
    uint64_t limit;        // the budget, and on a GPU at most its memory; UINT64_MAX: none
} ct_memory_statistics;

ct_status ct_memory_statistics_of(ct_device device, ct_memory_statistics *out);

// The peak starts again from what is in use now.
ct_status ct_reset_peak_memory(ct_device device);

// Tensors of a device together may not exceed `bytes`; an allocation that would is refused with CT_OUT_OF_MEMORY.
// On a GPU that holds from its first use in this process on: a budget that is set later is told by the statistics, but
// refuses nothing. All GPUs of a process refuse beyond the same share of their memory, that of the last budget.
ct_status ct_set_memory_budget(ct_device device, uint64_t bytes);

// Whether operations on the meta device count what a GPU takes for them, else what the CPU takes; in all threads.
void ct_set_meta_counts_gpu(bool counts);

// Gives freed memory that was kept for reuse back to the system.
ct_status ct_trim_memory(ct_device device);

// Whether the heap of CPU tensors holds its invariants; for tests.
bool ct_host_heap_is_consistent(void);

CT_END

#endif
