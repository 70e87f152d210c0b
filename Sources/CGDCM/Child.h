#pragma once

#include <cstddef>
#include <functional>

namespace segnas {

/// How a child process ended.
struct End {
    enum { DONE, KILLED, NOT_STARTED } kind;
    int code;  // the signal, or the system's error
};

/// Memory that child processes share with this one; nullptr where the system has none.
void *allocate_shared(size_t bytes);
void free_shared(void *memory, size_t bytes);

/// Runs a body in a copy of this process that is silent, ends after it, and may take so much more memory.
///
/// The body leaves its results in shared memory and must not throw. Only it may use libraries that hold locks
/// while other threads may call this function: a lock that is held during the copying is held forever in the copy.
End run_in_child(size_t memory_limit, const std::function<void()> &body);

}  // namespace segnas
