// The sources of our kernels for GPUs, as text of the program.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// A file that others include, under the name by which they do.
typedef struct {
    const char *name, *text;
} gpu_header;

/// The last one has no name.
extern const gpu_header gpu_headers[];

/// Files of kernels, in the order of `GpuSource`.
extern const char *const gpu_sources[];

#ifdef __cplusplus
}
#endif
