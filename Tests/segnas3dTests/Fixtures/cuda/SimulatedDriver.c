// A libcuda.so.1, NVIDIA's driver, of the devices of SimulatedCUDA.cpp. In the environment, besides what is told there:
// SIMULATED_DRIVER_VERSION  newest CUDA that it serves, by default 13000
// SIMULATED_DRIVER_FAILURE  CUDA's number of the error with which it does not start, by default 0

#include <stdlib.h>
#include <string.h>

static long number(const char *name, long standard) {
    const char *text = getenv(name);
    return text && *text ? atol(text) : standard;
}

static int is_initialized;

int cuInit(unsigned flags) {
    (void)flags;
    is_initialized = 1;
    return (int)number("SIMULATED_DRIVER_FAILURE", 0);
}

int cuDriverGetVersion(int *version) {
    *version = (int)number("SIMULATED_DRIVER_VERSION", 13000);
    return 0;
}

int cuDeviceGetCount(int *count) {
    long all = number("SIMULATED_GPUS", 1);
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    if (visible) {
        long listed = *visible && *visible != '-' ? 1 : 0;
        for (; *visible; ++visible) listed += *visible == ',';
        if (listed < all) all = listed;
    }
    *count = (int)all;
    return 0;
}

int cuDeviceGet(int *device, int ordinal) {
    const int not_initialized = 3;
    *device = ordinal;
    return is_initialized ? 0 : not_initialized;
}

int cuDeviceGetName(char *name, int length, int device) {
    (void)device;
    strncpy(name, "Simulated GPU", length);
    return 0;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    (void)device;
    *bytes = (size_t)number("SIMULATED_GPU_MEMORY", 4l << 30);
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    enum { multiprocessors = 16, minor = 76, shared = 97 };
    (void)device;
    switch (attribute) {
    case multiprocessors: *value = 2; break;
    case minor: *value = 0; break;
    case shared: *value = 227 << 10; break;
    default: *value = (int)number("SIMULATED_GPU_GENERATION", 9);
    }
    return 0;
}
