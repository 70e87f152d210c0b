// Kernels, copies and fills of a process on its GPU, each with its begin and end in ns, a line for each in the file that TRACE names.
//
//   gcc -shared -fPIC -O1 -o libtrace.so trace.c -I$CUPTI/include -L$CUPTI/lib -l:libcupti.so.13   (nvidia-cuda-cupti of PyPI)
//   TRACE=steps.trace CUDA_INJECTION64_PATH=$PWD/libtrace.so LD_LIBRARY_PATH=$CUPTI/lib segnas3d bench train-step …
#include <cupti.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *out;

static void CUPTIAPI request(uint8_t **buffer, size_t *size, size_t *records) {
    *size = 1 << 20;
    *buffer = aligned_alloc(64, *size);
    *records = 0;
}

static void CUPTIAPI complete(CUcontext context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid) {
    CUpti_Activity *record = NULL;
    while (cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) {
        if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
            CUpti_ActivityKernel10 *it = (void *)record;
            fprintf(
                out, "%lu %lu K %d,%d,%d x%d,%d,%d r%d l%u %s\n", it->start, it->end, it->gridX, it->gridY, it->gridZ,
                it->blockX, it->blockY, it->blockZ, it->registersPerThread, it->localMemoryPerThread, it->name);
        } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
            CUpti_ActivityMemcpy6 *it = (void *)record;
            fprintf(out, "%lu %lu C kind%d bytes%lu\n", it->start, it->end, it->copyKind, it->bytes);
        } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMSET) {
            CUpti_ActivityMemset4 *it = (void *)record;
            fprintf(out, "%lu %lu S bytes%lu\n", it->start, it->end, it->bytes);
        }
    }
    free(buffer);
    fflush(out);
}

static void end(void) {
    cuptiActivityFlushAll(1);
}

int InitializeInjection(void) {
    out = fopen(getenv("TRACE"), "w");
    if (!out) return 0;
    cuptiActivityRegisterCallbacks(request, complete);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMCPY);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMSET);
    cuptiActivityFlushPeriod(200);
    atexit(end);
    return 1;
}
