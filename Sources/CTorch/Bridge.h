// What every file here uses to cross the border: exceptions become a status, at::Tensor becomes a handle.
#pragma once

#if !__has_include(<ATen/core/Tensor.h>)
#error "libtorch is not set up: run Scripts/setup.sh (or make test), then build again"
#endif

#include <ATen/core/Tensor.h>

#include <optional>
#include <utility>
#include <vector>

#include "include/CTorch.h"

namespace segnas {

/// Turns the exception in flight into this thread's message and shortage.
ct_status status_of_current_exception(const char *operation) noexcept;

/// Runs a body; whatever it throws ends here.
template <class Body>
ct_status guarded(const char *operation, Body &&body) noexcept {
    try {
        body();
        return CT_OK;
    } catch (...) {
        return status_of_current_exception(operation);
    }
}

/// The tensor behind a borrowed handle.
inline at::Tensor borrow(ct_tensor handle) {
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl>::reclaim_copy(static_cast<c10::TensorImpl *>(handle.impl)));
}

inline std::optional<at::Tensor> borrow_optional(ct_tensor handle) {
    return handle.impl ? std::optional(borrow(handle)) : std::nullopt;
}

inline std::vector<at::Tensor> borrow_all(const ct_tensor *handles, size_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (size_t i = 0; i < count; ++i) tensors.push_back(borrow(handles[i]));
    return tensors;
}

/// Facts of a tensor without touching its reference count.
inline const c10::TensorImpl &peek(ct_tensor handle) {
    return *static_cast<const c10::TensorImpl *>(handle.impl);
}

/// Passes a reference on to the caller.
inline ct_tensor give(at::Tensor tensor) {
    return {tensor.unsafeReleaseTensorImpl()};
}

/// Runs a body that makes one tensor.
template <class Body>
ct_status produce(const char *operation, ct_tensor *out, Body &&body) noexcept {
    return guarded(operation, [&] { *out = give(body()); });
}

inline at::IntArrayRef list(ct_shape shape) {
    return {shape.extents, shape.rank};
}

/// The elements of a tensor as a type of our own loops.
template <class T>
T *elements(at::Tensor &x) {
    return static_cast<T *>(x.mutable_data_ptr());
}

template <class T>
const T *elements(const at::Tensor &x) {
    return static_cast<const T *>(x.const_data_ptr());
}

at::ScalarType scalar_type(ct_dtype dtype);
at::Device device_of(ct_device device);
at::MemoryFormat memory_format(ct_format format);

/// Whether operations on a tensor are the CPU's, as on the meta device where it stands for the CPU.
bool on_host(const at::Tensor &x);

/// Whether they are a GPU's, as on the meta device where it stands for one.
bool on_gpu(const at::Tensor &x);

/// A CPU tensor on a GPU, from memory that the GPU reads by itself: neither does the host wait until it has done what it was
/// given before, nor a large copy.
at::Tensor queued_copy(const at::Tensor &x, at::Device gpu);

/// [N, C, D, H, W], said plainly: libtorch's own words differ from operation to operation.
void check_volume(const at::Tensor &x);
void check_batch_norm(const at::Tensor &x, const ct_batch_norm_options &options);

/// Each channel of each image normalized over its voxels, by libtorch; weight and bias [C].
at::Tensor instance_norm(
    const at::Tensor &x, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias,
    double epsilon);

}  // namespace segnas
