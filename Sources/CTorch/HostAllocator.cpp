#include "HostAllocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "Bridge.h"
#include "HostHeap.h"

namespace segnas {

namespace {

/// Below this the C library's own free lists serve well.
constexpr size_t large = size_t(128) << 10;
constexpr size_t alignment = 64;

/// Lies before every block.
struct alignas(alignment) Header {
    size_t bytes;
    bool in_heap;
};

class HostAllocator final : public c10::Allocator {
  public:
    c10::DataPtr allocate(size_t bytes) override {
        void *data = bytes ? obtain(bytes) : nullptr;
        return {data, data, &HostAllocator::release, c10::Device(c10::DeviceType::CPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &HostAllocator::release; }

    void copy_data(void *target, const void *source, size_t count) const override {
        default_copy_data(target, source, count);
    }

    ct_memory_statistics statistics() {
        std::lock_guard lock(mutex_);
        return {current_, peak_, blocks_, heap_.touched() + small_, limit_};
    }

    void reset_peak() {
        std::lock_guard lock(mutex_);
        peak_ = current_;
    }

    void set_limit(uint64_t bytes) {
        std::lock_guard lock(mutex_);
        limit_ = bytes;
    }

    void trim() {
        std::lock_guard lock(mutex_);
        heap_.trim();
    }

    bool is_consistent() {
        std::lock_guard lock(mutex_);
        return heap_.is_consistent();
    }

  private:
    void *obtain(size_t bytes) {
        const size_t size = bytes + sizeof(Header);
        std::lock_guard lock(mutex_);
        if (bytes > limit_ || current_ > limit_ - bytes) refuse(bytes, "the budget for tensors");
        void *block = size >= large ? heap_.allocate(size, limit_) : nullptr;
        const bool in_heap = block != nullptr;
        if (!in_heap && posix_memalign(&block, alignment, size) != 0) refuse(bytes, "the system's memory");
        auto *header = static_cast<Header *>(block);
        *header = {bytes, in_heap};
        current_ += bytes;
        peak_ = std::max(peak_, current_);
        small_ += in_heap ? 0 : bytes;
        ++blocks_;
        return header + 1;
    }

    [[noreturn]] void refuse(size_t bytes, const char *what) {
        throw HostMemoryShortage(
            {bytes, current_, limit_}, c10::str(bytes, " bytes more than ", current_, " in use exceed ", what));
    }

    static void release(void *data);

    std::mutex mutex_;
    HostHeap heap_;
    uint64_t current_ = 0, peak_ = 0, blocks_ = 0, small_ = 0, limit_ = UINT64_MAX;
};

/// Never destroyed: tensors held by statics are freed after everything else.
HostAllocator &allocator() {
    static auto *instance = new HostAllocator;
    return *instance;
}

void HostAllocator::release(void *data) {
    if (!data) return;
    auto *header = static_cast<Header *>(data) - 1;
    auto &self = allocator();
    std::lock_guard lock(self.mutex_);
    self.current_ -= header->bytes;
    --self.blocks_;
    if (header->in_heap) {
        self.heap_.free(header);
    } else {
        self.small_ -= header->bytes;
        std::free(header);
    }
}

/// In place before the first tensor: a tensor of the default allocator would not be counted.
const bool installed = [] {
    c10::SetCPUAllocator(&allocator(), 1);
    return true;
}();

}  // namespace

ct_memory_statistics host_memory_statistics() {
    return allocator().statistics();
}

void reset_host_peak() {
    allocator().reset_peak();
}

void trim_host_memory() {
    allocator().trim();
}

void set_host_budget(uint64_t bytes) {
    allocator().set_limit(bytes);
}

}  // namespace segnas

bool ct_host_heap_is_consistent(void) {
    return segnas::allocator().is_consistent();
}
