#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/Event.h>
#include <c10/core/GradMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "Bridge.h"
#include "MetaAllocator.h"

namespace segnas {

at::ScalarType scalar_type(ct_dtype dtype) {
    switch (dtype) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_INT64: return at::kLong;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
    }
    TORCH_CHECK(false, "unknown element type");
}

at::Device device_of(ct_device device) {
    switch (device) {
    case -2: return at::Device(at::kMeta);
    case -1: return at::Device(at::kCPU);
    default: return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
    }
}

bool on_host(const at::Tensor &x) {
    return x.is_cpu() || (x.is_meta() && !meta_counts_gpu());
}

bool on_gpu(const at::Tensor &x) {
    return x.is_cuda() || (x.is_meta() && meta_counts_gpu());
}

namespace {

/// A GPU's queue for copies, beside the one in which it computes.
c10::Stream stream_of_copies(at::Device gpu) {
    static std::mutex mutex;
    static auto *streams = new std::map<c10::DeviceIndex, c10::Stream>;
    std::lock_guard lock(mutex);
    const auto found = streams->find(gpu.index());
    if (found != streams->end()) return found->second;
    return streams->emplace(gpu.index(), c10::impl::VirtualGuardImpl(gpu.type()).getStreamFromGlobalPool(gpu))
        .first->second;
}

}  // namespace

at::Tensor queued_copy(const at::Tensor &x, at::Device gpu) {
    constexpr size_t large = 1 << 20;
    const auto pinned = x.pin_memory();
    const auto copy = [&] { return pinned.to(gpu, x.scalar_type(), /*non_blocking=*/true); };
    if (x.nbytes() < large) return copy();
    const auto computing = c10::impl::VirtualGuardImpl(gpu.type()).getStream(gpu), copying = stream_of_copies(gpu);
    c10::Event end(gpu.type());
    const auto y = [&] {
        c10::StreamGuard guard(copying);
        const auto copied = copy();
        end.record(copying);
        return copied;
    }();
    end.block(computing);
    y.record_stream(computing);  // its memory is not given away before that has been done
    return y;
}

at::MemoryFormat memory_format(ct_format format) {
    return format == CT_CHANNELS_LAST ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous;
}

}  // namespace segnas

using namespace segnas;

void ct_tensor_release(ct_tensor tensor) {
    c10::intrusive_ptr<c10::TensorImpl>::reclaim(static_cast<c10::TensorImpl *>(tensor.impl));
}

ct_status ct_tensor_copying(const void *bytes, ct_shape shape, ct_dtype dtype, ct_tensor *out) {
    return produce("tensor", out, [&] {
        auto tensor = at::empty(list(shape), scalar_type(dtype));
        if (tensor.nbytes()) std::memcpy(tensor.data_ptr(), bytes, tensor.nbytes());
        // A bool of another bit pattern than 0 and 1 is undefined in C++ and in Swift.
        return dtype == CT_BOOL ? tensor.view(at::kByte).ne(0) : tensor;
    });
}

ct_status ct_tensor_adopting(
    void *bytes, ct_shape shape, ct_dtype dtype, void (*release)(void *), void *context, ct_tensor *out) {
    return produce("tensor", out, [&] {
        // from_blob may still fail after it has taken the deleter.
        const auto is_made = std::make_shared<bool>(false);
        auto deleter = [release, context, is_made](void *) {
            if (*is_made) release(context);
        };
        auto tensor = at::from_blob(bytes, list(shape), deleter, scalar_type(dtype));
        *is_made = true;
        return tensor;
    });
}

ct_status ct_tensor_full(
    ct_shape shape, double value, ct_dtype dtype, ct_device device, ct_format format, ct_tensor *out) {
    return produce("full", out, [&] {
        auto options = at::dtype(scalar_type(dtype)).device(device_of(device));
        return at::empty(list(shape), options, memory_format(format)).fill_(value);
    });
}

ct_status ct_tensor_zeros_like(ct_tensor tensor, ct_tensor *out) {
    return produce("zeros", out, [&] { return at::zeros_like(borrow(tensor).detach()); });
}

ct_dtype ct_tensor_dtype(ct_tensor tensor) {
    switch (peek(tensor).dtype().toScalarType()) {
    case at::kDouble: return CT_FLOAT64;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kLong: return CT_INT64;
    case at::kByte: return CT_UINT8;
    case at::kBool: return CT_BOOL;
    default: return CT_FLOAT32;  // no function here makes another type
    }
}

ct_device ct_tensor_device(ct_tensor tensor) {
    const auto device = peek(tensor).device();
    return device.is_cuda() ? device.index() : device.is_meta() ? -2 : -1;
}

ct_shape ct_tensor_shape(ct_tensor tensor) {
    const auto sizes = peek(tensor).sizes();
    return {sizes.data(), sizes.size()};
}

int64_t ct_tensor_count(ct_tensor tensor) {
    return peek(tensor).numel();
}

bool ct_tensor_is_in_format(ct_tensor tensor, ct_format format) {
    return peek(tensor).is_contiguous(memory_format(format));
}

void *ct_tensor_data(ct_tensor tensor) {
    return borrow(tensor).data_ptr();
}

ct_status ct_tensor_copy_out(ct_tensor tensor, void *bytes, size_t size) {
    return guarded("copy out", [&] {
        auto source = borrow(tensor).detach().cpu().contiguous();
        TORCH_CHECK(source.nbytes() == size, "the tensor has ", source.nbytes(), " bytes, the buffer ", size);
        if (size) std::memcpy(bytes, source.data_ptr(), size);
    });
}

ct_status ct_tensor_to_dtype(ct_tensor tensor, ct_dtype dtype, ct_tensor *out) {
    return produce("cast", out, [&] { return borrow(tensor).to(scalar_type(dtype)); });
}

ct_status ct_tensor_to_device(ct_tensor tensor, ct_device device, ct_tensor *out) {
    return produce("copy to device", out, [&] {
        const auto x = borrow(tensor);
        const auto target = device_of(device);
        return x.is_cpu() && target.is_cuda() && !x.requires_grad() ? queued_copy(x, target) : x.to(target);
    });
}

ct_status ct_tensor_to_format(ct_tensor tensor, ct_format format, ct_tensor *out) {
    return produce("memory format", out, [&] {
        const auto wanted = memory_format(format);
        auto x = borrow(tensor).contiguous(wanted);
        // One channel lies in either order, and libtorch follows the strides.
        const bool is_told_wrong = wanted == at::MemoryFormat::ChannelsLast3d && x.suggest_memory_format() != wanted;
        return is_told_wrong ? x.as_strided(x.sizes(), c10::get_channels_last_strides_3d(x.sizes())) : x;
    });
}

ct_status ct_tensor_clone(ct_tensor tensor, ct_tensor *out) {
    return produce("clone", out, [&] { return borrow(tensor).clone(); });
}

ct_status ct_tensor_assign(ct_tensor target, ct_tensor source) {
    return guarded("assign", [&] {
        c10::AutoGradMode recording(false);
        borrow(target).copy_(borrow(source));
    });
}
