// NVIDIA's driver, through its library.
#pragma once

namespace segnas {

/// A function of libcuda.so.1, which is opened at the first call; null without the library, or where it lacks the function.
void *driver_function(const char *name);

}  // namespace segnas
