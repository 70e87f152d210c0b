// A heap for large blocks in one reserved range of addresses.
//
// A training step asks for the same large blocks again and again. The C library returns such blocks to the
// system and pays for fresh zeroed pages each time, 12 to 18 % of a step. Here they stay, on large pages.
// Blocks lie side by side; each carries its own size and that of its left neighbour (boundary tags, Knuth,
// The Art of Computer Programming 1, 2.5), so that neighbours are joined when freed; the smallest free block
// that suffices is taken. One range, not several segments, so that a large block can always be made of
// freed small ones.
#pragma once

#include <cstddef>
#include <set>
#include <utility>

namespace segnas {

class HostHeap {
  public:
    HostHeap();

    /// A block of at least `size` bytes, aligned to 64; null where the system gives no more.
    /// Before untouched pages would raise `touched()` above `limit`, pages of free blocks are given back.
    void *allocate(size_t size, size_t limit);
    void free(void *data);

    /// Gives the pages of all free blocks back to the system.
    void trim();

    /// Bytes that may be backed by memory: blocks in use and free blocks that were used.
    size_t touched() const { return in_use_ + dirty_; }

    /// Whether every tag agrees with its neighbours and the sums; for tests.
    bool is_consistent() const;

  private:
    struct Block;
    Block *grow(size_t size);
    void put(Block *block);
    void take(Block *block);
    Block *right_of(Block *block) const;

    char *base_ = nullptr;
    size_t reserved_ = 0, writable_ = 0, top_ = 0;
    size_t in_use_ = 0, dirty_ = 0;
    Block *last_ = nullptr;
    std::set<std::pair<size_t, Block *>> free_;
};

}  // namespace segnas
