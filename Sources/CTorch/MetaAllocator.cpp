#include "MetaAllocator.h"

#include <c10/core/Allocator.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "Bridge.h"

namespace segnas {

namespace {

/// Hands out no memory, but keeps the books of `HostAllocator`: a run on meta tensors replays the allocations of
/// the same run on the CPU.
class MetaAllocator final : public c10::Allocator {
  public:
    c10::DataPtr allocate(size_t bytes) override {
        std::lock_guard lock(mutex_);
        current_ += bytes;
        peak_ = std::max(peak_, current_);
        ++blocks_;
        // The size itself stands for the context; one more, as an empty context would not be released.
        auto *context = reinterpret_cast<void *>(bytes + 1);
        return {nullptr, context, &MetaAllocator::release, c10::Device(c10::DeviceType::Meta)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return nullptr; }

    void copy_data(void *, const void *, size_t) const override {}

    ct_memory_statistics statistics() {
        std::lock_guard lock(mutex_);
        return {current_, peak_, blocks_, 0, UINT64_MAX};
    }

    void reset_peak() {
        std::lock_guard lock(mutex_);
        peak_ = current_;
    }

  private:
    static void release(void *context);

    std::mutex mutex_;
    uint64_t current_ = 0, peak_ = 0, blocks_ = 0;
};

std::atomic<bool> counts_gpu = false;

/// Never destroyed, as `HostAllocator`.
MetaAllocator &allocator() {
    static auto *instance = new MetaAllocator;
    return *instance;
}

void MetaAllocator::release(void *context) {
    auto &self = allocator();
    std::lock_guard lock(self.mutex_);
    self.current_ -= reinterpret_cast<uintptr_t>(context) - 1;
    --self.blocks_;
}

const bool installed = [] {
    c10::SetAllocator(c10::DeviceType::Meta, &allocator(), 1);
    return true;
}();

}  // namespace

ct_memory_statistics meta_memory_statistics() {
    return allocator().statistics();
}

bool meta_counts_gpu() {
    return counts_gpu;
}

void reset_meta_peak() {
    allocator().reset_peak();
}

}  // namespace segnas

void ct_set_meta_counts_gpu(bool counts) {
    segnas::counts_gpu = counts;
}
