#include <c10/util/Exception.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "Bridge.h"
#include "GpuMemory.h"
#include "HostAllocator.h"

namespace {

thread_local std::string last_message;
thread_local ct_shortage last_shortage;

/// libtorch's messages may span lines (context, remedies for Python users); a sentence is wanted.
std::string first_paragraph(const std::string &text) {
    std::string line = text.substr(0, text.find('\n'));
    while (!line.empty() && (line.back() == ' ' || line.back() == ':')) line.pop_back();
    return line;
}

ct_status fail(ct_status status, const char *operation, const std::string &text) noexcept {
    try {
        last_message = std::string(operation) + ": " + first_paragraph(text);
    } catch (...) {
        last_message.clear();  // no memory for words; the status still tells
    }
    return status;
}

/// oneDNN writes its kernels into memory of their own, and does not tell why it could not: where addresses are limited
/// (ulimit -v), they are the matter.
bool lacks_addresses(const std::exception &error) noexcept {
    rlimit limit{};
    return std::strstr(error.what(), "could not create a primitive") != nullptr && getrlimit(RLIMIT_AS, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY;
}

}  // namespace

namespace segnas {

ct_status status_of_current_exception(const char *operation) noexcept {
    try {
        throw;
    } catch (const HostMemoryShortage &error) {
        last_shortage = error.shortage;
        return fail(CT_OUT_OF_MEMORY, operation, error.what_without_backtrace());
    } catch (const c10::OutOfMemoryError &error) {
        has_gpu_refused();  // told now
        last_shortage = gpu_shortage_in(error.what_without_backtrace());
        return fail(CT_OUT_OF_MEMORY, operation, error.what_without_backtrace());
    } catch (const std::bad_alloc &) {
        last_shortage = {};
        return fail(CT_OUT_OF_MEMORY, operation, "the system has no more memory");
    } catch (const c10::Error &error) {
        if (is_gpu_shortage(error.what_without_backtrace(), has_gpu_refused())) {
            last_shortage = {};
            return fail(CT_OUT_OF_MEMORY, operation, error.what_without_backtrace());
        }
        return fail(CT_ERROR, operation, error.what_without_backtrace());
    } catch (const std::exception &error) {
        if (lacks_addresses(error)) {
            last_shortage = {};
            return fail(CT_OUT_OF_MEMORY, operation, error.what());
        }
        return fail(CT_ERROR, operation, error.what());
    } catch (...) {
        return fail(CT_ERROR, operation, "an exception of unknown type");
    }
}

}  // namespace segnas

const char *ct_last_message(void) {
    return last_message.c_str();
}

ct_shortage ct_last_shortage(void) {
    return last_shortage;
}

ct_status ct_throw(ct_thrown kind) {
    return segnas::guarded("throw", [&] {
        switch (kind) {
        case CT_THROW_TORCH_ERROR: TORCH_CHECK(false, "a libtorch error\nwith a second line");
        case CT_THROW_OUT_OF_MEMORY: TORCH_CHECK_WITH(OutOfMemoryError, false, "no device memory");
        case CT_THROW_BAD_ALLOC: throw std::bad_alloc();
        case CT_THROW_STANDARD: throw std::runtime_error("a standard exception");
        case CT_THROW_INTEGER: throw 42;
        }
    });
}
