#ifndef CT_SCRIPT_H
#define CT_SCRIPT_H

#include "ct_tensor.h"

CT_BEGIN

// The parts of a TorchScript module: `source` is its method `forward(self, image: Tensor) -> Tensor`, which reads
// buffers by their names.
typedef struct {
    const char *source;
    const char *const *names;  // of the buffers
    const ct_tensor *values;
    size_t count;
    const char *const *file_names;  // of texts beside the module
    const char *const *file_texts;
    size_t file_count;
} ct_script;

// Writes a module to a new file; the archive's root folder has the file's name.
ct_status ct_script_save(const ct_script *script, const char *path);

// What the module in a file gives for x.
ct_status ct_script_run(const char *path, ct_tensor x, ct_tensor *out);

CT_END

#endif
