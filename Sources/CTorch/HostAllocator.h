// The allocator of CPU tensors: counts bytes, keeps a budget, and does not give pages back between steps.
#pragma once

#include <c10/util/Exception.h>

#include "include/ct_memory.h"

namespace segnas {

/// A CPU allocation that the budget or the system refused.
class HostMemoryShortage : public c10::OutOfMemoryError {
  public:
    HostMemoryShortage(ct_shortage shortage, const std::string &text)
        : c10::OutOfMemoryError({"HostAllocator", __FILE__, __LINE__}, text), shortage(shortage) {}
    ct_shortage shortage;
};

ct_memory_statistics host_memory_statistics();
void reset_host_peak();
void trim_host_memory();
void set_host_budget(uint64_t bytes);

}  // namespace segnas
