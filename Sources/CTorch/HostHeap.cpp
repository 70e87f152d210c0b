#include "HostHeap.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace segnas {

namespace {

constexpr size_t alignment = 64;
constexpr size_t large_page = size_t(2) << 20;
constexpr size_t growth = size_t(32) << 20;
constexpr size_t smallest_remainder = 4096;

size_t round_up(size_t value, size_t unit) {
    return (value + unit - 1) / unit * unit;
}

}  // namespace

/// Lies before the data; a multiple of the alignment, so that data is aligned when blocks are.
struct alignas(alignment) HostHeap::Block {
    size_t size;  // tag included
    Block *left;  // null for the first
    bool is_free;
    bool is_dirty;  // of a free block: its pages may be backed by memory

    char *data() { return reinterpret_cast<char *>(this) + sizeof(Block); }
};

HostHeap::HostHeap() {
    // Addresses cost nothing until they are made writable; a limit on them (ulimit -v) may refuse many.
    // Half of what is allowed is left to others: threads' stacks, mapped files, code made at run time.
    rlimit addresses{};
    const bool is_limited = getrlimit(RLIMIT_AS, &addresses) == 0 && addresses.rlim_cur != RLIM_INFINITY;
    const size_t most = is_limited ? addresses.rlim_cur / 2 : size_t(1) << 40;
    for (size_t size = most / large_page * large_page; size >= size_t(1) << 30;
         size = size / 2 / large_page * large_page) {
        void *start = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED) continue;
        auto aligned = round_up(reinterpret_cast<uintptr_t>(start), large_page);
        base_ = reinterpret_cast<char *>(aligned);
        reserved_ = size - large_page;
        madvise(base_, reserved_, MADV_HUGEPAGE);
        return;
    }
}

HostHeap::Block *HostHeap::right_of(Block *block) const {
    auto *next = reinterpret_cast<char *>(block) + block->size;
    return next < base_ + top_ ? reinterpret_cast<Block *>(next) : nullptr;
}

void HostHeap::put(Block *block) {
    block->is_free = true;
    if (block->is_dirty) dirty_ += block->size;
    free_.emplace(block->size, block);
}

void HostHeap::take(Block *block) {
    free_.erase({block->size, block});
    if (block->is_dirty) dirty_ -= block->size;
    block->is_free = false;
}

HostHeap::Block *HostHeap::grow(size_t size) {
    if (size > reserved_ - top_) return nullptr;
    if (top_ + size > writable_) {
        size_t more = std::min(round_up(top_ + size - writable_, growth), reserved_ - writable_);
        if (mprotect(base_ + writable_, more, PROT_READ | PROT_WRITE) != 0) return nullptr;
        writable_ += more;
    }
    auto *block = reinterpret_cast<Block *>(base_ + top_);
    *block = {size, last_, false, false};
    last_ = block;
    top_ += size;
    return block;
}

void *HostHeap::allocate(size_t size, size_t limit) {
    const size_t needed = round_up(size, alignment) + sizeof(Block);
    auto fitting = free_.lower_bound({needed, nullptr});
    Block *block = fitting == free_.end() ? nullptr : fitting->second;
    const bool reuses_pages = block && block->is_dirty;
    if (!reuses_pages && touched() + needed > limit) trim();
    if (block) {
        take(block);
    } else if (last_ && last_->is_free && last_->size < needed) {
        // The last free block is too small alone: grow it instead of starting behind it.
        block = last_;
        take(block);
        if (!grow(needed - block->size)) {
            put(block);
            return nullptr;
        }
        last_ = block;
        block->size = needed;
    } else if (!(block = grow(needed))) {
        return nullptr;
    }
    if (block->size - needed >= smallest_remainder) {
        auto *rest = reinterpret_cast<Block *>(reinterpret_cast<char *>(block) + needed);
        *rest = {block->size - needed, block, true, block->is_dirty};
        block->size = needed;
        if (auto *right = right_of(rest))
            right->left = rest;
        else
            last_ = rest;
        put(rest);
    }
    in_use_ += block->size;
    return block->data();
}

void HostHeap::free(void *data) {
    auto *block = reinterpret_cast<Block *>(static_cast<char *>(data) - sizeof(Block));
    in_use_ -= block->size;
    block->is_dirty = true;
    if (auto *right = right_of(block); right && right->is_free) {
        take(right);
        block->size += right->size;
    }
    if (auto *left = block->left; left && left->is_free) {
        take(left);
        left->size += block->size;
        left->is_dirty = true;
        block = left;
    }
    if (auto *right = right_of(block))
        right->left = block;
    else
        last_ = block;
    put(block);
}

void HostHeap::trim() {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    for (auto [size, block] : free_) {
        if (!block->is_dirty) continue;
        auto start = round_up(reinterpret_cast<uintptr_t>(block->data()), page);
        auto end = (reinterpret_cast<uintptr_t>(block) + size) / page * page;
        if (start < end) madvise(reinterpret_cast<void *>(start), end - start, MADV_DONTNEED);
        block->is_dirty = false;
        dirty_ -= size;
    }
}

bool HostHeap::is_consistent() const {
    size_t in_use = 0, dirty = 0, free_blocks = 0;
    Block *previous = nullptr;
    for (Block *block = top_ ? reinterpret_cast<Block *>(base_) : nullptr; block; block = right_of(block)) {
        if (block->left != previous || block->size % alignment != 0) return false;
        if (block->is_free && previous && previous->is_free) return false;
        if (block->is_free != (free_.count({block->size, block}) == 1)) return false;
        if (block->is_free) ++free_blocks;
        if (block->is_free && block->is_dirty) dirty += block->size;
        if (!block->is_free) in_use += block->size;
        previous = block;
    }
    return previous == last_ && in_use == in_use_ && dirty == dirty_ && free_blocks == free_.size();
}

}  // namespace segnas
