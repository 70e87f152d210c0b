// Loads libsegnas3d-torch.so, and with it libtorch and its OpenMP, when the first of their functions is needed: the
// OpenMP reads its settings once, while it is loaded, and loading takes longer than most subcommands.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include "CTorch.h"

// Of Functions.S: where each function's address belongs, and its name; the last name is null.
extern void *ct_slots[];
extern const char *const ct_names[];
const char *ct_late_ct_last_message(void);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[4096];

/// Writes the path of libtorch_cpu.so in the folder LIBTORCH, else in `libtorch` beside the program's folder; false
/// where neither is there, and libtorch is where it was when the program was built.
static bool find_libtorch(char path[PATH_MAX]) {
    const char *chosen = getenv("LIBTORCH");
    if (chosen && *chosen) {
        snprintf(path, PATH_MAX, "%s/lib/libtorch_cpu.so", chosen);
        return true;
    }
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return false;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    return snprintf(path, PATH_MAX, "%s/../libtorch/lib/libtorch_cpu.so", program) < PATH_MAX &&
           access(path, F_OK) == 0;
}

static void fail_with_remedy(const char *reason, const char *remedy) {
    snprintf(failure, sizeof failure, "libtorch does not load: %s\n  → %s", reason, remedy);
}

static void fail(const char *reason) {
    // What the loader says where the address space is limited, or memory itself is short.
    const bool lacks_memory = strstr(reason, "cannot map") || strstr(reason, "failed to map") ||
                              strstr(reason, "annot allocate memory");
    const char *remedy = lacks_memory
                             ? "it needs about 1 GiB of address space: raise 'ulimit -v', or ask for more memory"
                             : "pip install torch==" TORCH_VERSION
                               ", and unless pip installed segnas3d too, link its folder as INSTALL.txt says or set "
                               "LIBTORCH to it; in a clone of the sources run make build";
    fail_with_remedy(reason, remedy);
}

static void load(void) {
    // The functions are linked in, as in programs that use this package as a library. Volatile, as compilers take it
    // for granted that two names are two functions.
    const char *(*volatile called)(void) = ct_last_message;
    if (called != ct_late_ct_last_message) return;
    char path[PATH_MAX];
    if (find_libtorch(path) && !dlopen(path, RTLD_LAZY | RTLD_GLOBAL)) return fail(dlerror());
    void *library = dlopen("libsegnas3d-torch.so", RTLD_LAZY | RTLD_GLOBAL);
    if (!library) return fail(dlerror());
    for (size_t index = 0; ct_names[index]; ++index) {
        void *function = dlsym(library, ct_names[index]);
        if (!function) {
            return fail_with_remedy(
                dlerror(),
                "libsegnas3d-torch.so is of another version than this program: "
                "install both together, or run make build");
        }
        ct_slots[index] = function;
    }
    if (strcmp(ct_torch_version(), TORCH_VERSION) != 0) {
        char reason[256];
        snprintf(reason, sizeof reason, "it is %.64s, and " TORCH_VERSION " is needed", ct_torch_version());
        fail(reason);
    }
}

const char *ct_load(void) {
    pthread_once(&once, load);
    return failure[0] ? failure : NULL;
}

__attribute__((visibility("hidden"))) void ct_load_or_exit(void) {
    const char *reason = ct_load();
    if (!reason) return;
    fprintf(stderr, "Error: %s\n", reason);
    _exit(1);
}
