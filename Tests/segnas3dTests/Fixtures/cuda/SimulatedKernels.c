// The part of a libcuda.so.1 that loads kernels, as SimulatedCompiler.cpp makes them, and runs them on the CPU: block
// after block, thread after thread. A thread that waits for the others of its block, or of its warp of 32 threads, has
// a stack of its own until these have come there, too. In the environment:
// SIMULATED_GPU_ORDER   "reverse" runs blocks and threads the other way round
// SIMULATED_KERNEL_LOG  file to which a line with the name of each kernel and its number of blocks is added when it is
//                       launched

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    most_threads = 1024,
    most_shared = 227 << 10,   // as SimulatedDriver.c says
    shared_pages = 228 << 10,  // so that what lies behind begins with a page
    ordinary_shared = 48 << 10,
    warp_size = 32,
    stack_size = 64 << 10,
    invalid_value = 1,
    invalid_image = 200,
    invalid_context = 201,
    not_found = 500,
    launch_failed = 719
};

// MARK: - Contexts and modules

static _Thread_local int depth;  // of the contexts that a thread has pushed

int cuDevicePrimaryCtxRetain(void **context, int device) {
    static char contexts[64];
    *context = &contexts[device];
    return 0;
}

int cuCtxPushCurrent_v2(void *context) {
    ++depth;
    return context ? 0 : invalid_context;
}

int cuCtxPopCurrent_v2(void **context) {
    *context = NULL;
    return depth-- > 0 ? 0 : invalid_context;
}

/// Where NVIDIA's own compiler looks for a cache of its own.
int cuGetExportTable(const void **table, const void *identifier) {
    (void)identifier;
    *table = NULL;
    return not_found;
}

int cuGetErrorString(int error, const char **text) {
    *text = error == invalid_image ? "device kernel image is invalid" : "a simulated error";
    return 0;
}

typedef struct {
    unsigned x, y, z;
} uint3;

typedef struct {
    uint3 thread, block, threads, blocks;
    void *shared;
    void (*barrier)(void), (*barrier_of_warp)(void);
} Simulation;

static Simulation simulation;

typedef struct {
    char name[64];
    void (*run)(const void *arguments);
    unsigned most_threads, most_shared;
} Kernel;

int cuModuleLoadData(void **module, const void *image) {
    if (depth == 0) return invalid_context;
    const char *const word = "simulate", *code = image;
    uint64_t length;
    if (strncmp(code, word, strlen(word)) != 0) return invalid_image;  // for real GPUs
    memcpy(&length, code + strlen(word), sizeof length);
    code += strlen(word) + sizeof length;
    char path[64];
    const int file = memfd_create("kernels", 0);
    if (write(file, code, length) != (ssize_t)length) return invalid_image;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*module) return invalid_image;
    *(Simulation **)dlsym(*module, "simulation") = &simulation;
    return 0;
}

int cuModuleGetFunction(void **function, void *module, const char *name) {
    void *symbol = dlsym(module, name);
    if (!symbol) return not_found;
    Kernel *kernel = calloc(1, sizeof *kernel);
    *(void **)&kernel->run = symbol;
    snprintf(kernel->name, sizeof kernel->name, "%s_threads", name);
    kernel->most_threads = *(unsigned *)dlsym(module, kernel->name);
    snprintf(kernel->name, sizeof kernel->name, "%s", name);
    kernel->most_shared = ordinary_shared;
    *function = kernel;
    return 0;
}

int cuFuncSetAttribute(void *function, int attribute, int value) {
    const int most_dynamic_shared = 8;
    if (depth == 0) return invalid_context;
    if (attribute != most_dynamic_shared || value < 0 || value > most_shared) return invalid_value;
    ((Kernel *)function)->most_shared = value;
    return 0;
}

// MARK: - Threads of a block

/// Keeps what a function must not change, goes to another stack, and returns there.
void simulated_switch(void **from, void *to);
__asm__(
    ".text\n"
    "simulated_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n");

/// Where threads wait for each other: how many have come, and how often all had come before.
typedef struct {
    unsigned come, passed;
} Barrier;

/// A thread that waits until a barrier has been passed more often.
typedef struct {
    void *stack;  // null if it does not wait
    const Barrier *barrier;
    unsigned passed;
} Waiting;

static struct {
    const Kernel *kernel;
    const void *arguments;
    unsigned count, begun, ended;
    bool is_reversed;
    void *caller;  // its stack
    Waiting waiting[most_threads];
    char *memory[most_threads];  // of stacks, of which some are in use
    unsigned stacks_in_use;
    Barrier barrier, of_warps[most_threads / warp_size];
} block;

/// Runs threads that have not begun, until one of them waits.
static void run_threads(void) {
    while (block.begun < block.count) {
        const unsigned number = block.begun++;
        simulation.thread.x = block.is_reversed ? block.count - 1 - number : number;
        block.kernel->run(block.arguments);
        ++block.ended;
    }
    void *nowhere;
    simulated_switch(&nowhere, block.caller);
}

static void wait_at(Barrier *barrier, unsigned count) {
    const unsigned own = simulation.thread.x;
    Waiting *const waiting = &block.waiting[own];
    *waiting = (Waiting){NULL, barrier, barrier->passed};
    if (++barrier->come == count) barrier->come = 0, ++barrier->passed;
    simulated_switch(&waiting->stack, block.caller);
    simulation.thread.x = own;
}

static void wait_for_block(void) {
    wait_at(&block.barrier, block.count);
}

static void wait_for_warp(void) {
    wait_at(&block.of_warps[simulation.thread.x / warp_size], warp_size);
}

static void begin_stack(void) {
    char **memory = &block.memory[block.stacks_in_use++];
    if (!*memory) {
        *memory = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    // Six registers and the address of the function, so that its stack is aligned as after a call.
    void **top = (void **)(*memory + stack_size) - 2;
    *top = (void *)run_threads;
    simulated_switch(&block.caller, top - 6);
}

/// Lets those threads of a warp go on that need not wait any longer; false if there are none.
static bool resume_warp(unsigned warp) {
    bool has_gone_on = false;
    for (unsigned i = 0; i < warp_size; ++i) {
        const unsigned thread = warp * warp_size + (block.is_reversed ? warp_size - 1 - i : i);
        Waiting *const waiting = &block.waiting[thread];
        void *const stack = waiting->stack;
        if (!stack || waiting->barrier->passed == waiting->passed) continue;
        waiting->stack = NULL;
        has_gone_on = true;
        simulated_switch(&block.caller, stack);
    }
    return has_gone_on;
}

/// Each warp runs as far as it can before the next. False if threads wait for others that have ended or wait elsewhere.
static bool run_block(void) {
    block.begun = block.ended = block.stacks_in_use = 0;
    block.barrier = (Barrier){0, 0};
    memset(block.of_warps, 0, sizeof block.of_warps);
    memset(block.waiting, 0, sizeof block.waiting);
    const unsigned warps = (block.count + warp_size - 1) / warp_size;
    while (block.begun < block.count) begin_stack();
    bool has_gone_on = true;
    while (block.ended < block.count && has_gone_on) {
        has_gone_on = false;
        for (unsigned i = 0; i < warps; ++i)
            while (resume_warp(block.is_reversed ? warps - 1 - i : i)) has_gone_on = true;
    }
    return block.ended == block.count;
}

// MARK: - Launching

static void log_kernel(const Kernel *kernel, unsigned blocks) {
    const char *path = getenv("SIMULATED_KERNEL_LOG");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s %u\n", kernel->name, blocks);
    fclose(file);
}

int cuLaunchKernel(
    void *function, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z, unsigned threads_x, unsigned threads_y,
    unsigned threads_z, unsigned shared, void *stream, void **parameters, void **extra) {
    (void)stream, (void)extra;
    if (depth == 0) return invalid_context;
    if (blocks_x == 0 || blocks_y == 0 || blocks_y > 65535 || blocks_z != 1) return invalid_value;
    if (threads_x == 0 || threads_x > ((Kernel *)function)->most_threads || threads_y != 1 || threads_z != 1)
        return invalid_value;
    if (shared > ((Kernel *)function)->most_shared) return invalid_value;
    static char *memory;  // what lies behind what a block may use cannot be touched
    if (!memory) {
        memory = mmap(NULL, 2 * shared_pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(memory + shared_pages, shared_pages, PROT_NONE);
    }
    const char *order = getenv("SIMULATED_GPU_ORDER");
    block.kernel = function;
    block.arguments = parameters[0];
    block.count = threads_x;
    block.is_reversed = order && strcmp(order, "reverse") == 0;
    simulation.threads = (uint3){threads_x, 1, 1};
    simulation.blocks = (uint3){blocks_x, blocks_y, 1};
    simulation.shared = memory + shared_pages - (shared + 15) / 16 * 16;
    simulation.barrier = wait_for_block;
    simulation.barrier_of_warp = wait_for_warp;
    log_kernel(block.kernel, blocks_x * blocks_y);
    const uint64_t blocks = (uint64_t)blocks_x * blocks_y;
    for (uint64_t i = 0; i < blocks; ++i) {
        const uint64_t number = block.is_reversed ? blocks - 1 - i : i;
        simulation.block = (uint3){(unsigned)(number % blocks_x), (unsigned)(number / blocks_x), 0};
        memset(simulation.shared, 0xFF, shared);  // not a number
        if (!run_block()) return launch_failed;
    }
    return 0;
}
