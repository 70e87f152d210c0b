// libtorch carries oneDNN in itself and installs its headers, but shows none of its functions to the linker. They are
// found by name: asking is exact for every processor and number of threads, where formulas fitted to one processor
// were wrong on others.

#include "OneDNN.h"

#include <oneapi/dnnl/dnnl.h>

#include <memory>
#include <type_traits>

#include "HiddenFunctions.h"

namespace segnas {

namespace {

// The functions used here, each named once.
#define EACH_FUNCTION(f)                                                                                           \
    f(dnnl_version) f(dnnl_get_effective_cpu_isa) f(dnnl_engine_create) f(dnnl_primitive_attr_create)              \
        f(dnnl_primitive_attr_set_scratchpad_mode) f(dnnl_memory_desc_create_with_tag) f(dnnl_memory_desc_destroy) \
            f(dnnl_memory_desc_equal) f(dnnl_memory_desc_get_size) f(dnnl_primitive_desc_query_md)                 \
                f(dnnl_primitive_desc_destroy) f(dnnl_convolution_forward_primitive_desc_create)                   \
                    f(dnnl_convolution_backward_data_primitive_desc_create)                                        \
                        f(dnnl_convolution_backward_weights_primitive_desc_create)

#define DECLARE(name) decltype(&::name) name = nullptr;
#define NAME(name) #name,
#define ASSIGN(name) name = reinterpret_cast<decltype(name)>(*address++);

struct Functions {
    EACH_FUNCTION(DECLARE)
    dnnl_engine_t engine = nullptr;
    dnnl_primitive_attr_t attributes = nullptr;

    /// Whether all were found, of the version that the headers describe.
    bool find() {
        const auto found = hidden_functions({EACH_FUNCTION(NAME)});
        if (found.empty()) return false;
        auto address = found.begin();
        EACH_FUNCTION(ASSIGN)
        const auto *version = dnnl_version();
        if (version->major != DNNL_VERSION_MAJOR || version->minor != DNNL_VERSION_MINOR) return false;
        return dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success &&
               dnnl_primitive_attr_create(&attributes) == dnnl_success &&
               dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success;
    }
};

/// Null where they were not found. Never destroyed, as oneDNN's own engine.
const Functions *functions() {
    static const Functions *const found = [] {
        auto functions = std::make_unique<Functions>();
        return functions->find() ? functions.release() : nullptr;
    }();
    return found;
}

struct DestroyMemory {
    void operator()(dnnl_memory_desc_t memory) const { functions()->dnnl_memory_desc_destroy(memory); }
};
struct DestroyPrimitive {
    void operator()(dnnl_primitive_desc_t primitive) const { functions()->dnnl_primitive_desc_destroy(primitive); }
};
using Memory = std::unique_ptr<std::remove_pointer_t<dnnl_memory_desc_t>, DestroyMemory>;
using Primitive = std::unique_ptr<std::remove_pointer_t<dnnl_primitive_desc_t>, DestroyPrimitive>;

Memory memory(const at::Tensor &x, dnnl_format_tag_t order) {
    dnnl_memory_desc_t made = nullptr;
    const auto type = x.scalar_type() == at::kBFloat16 ? dnnl_bf16 : dnnl_f32;
    functions()->dnnl_memory_desc_create_with_tag(&made, 5, x.sizes().data(), type, order);
    return Memory(made);
}

/// The passes of a convolution, asked for as libtorch asks for them.
class Convolution {
  public:
    Convolution(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &y, const Window &window)
        : x_(memory(x, dnnl_ndhwc)),
          given_(memory(weight, dnnl_odhwi)),
          any_(memory(weight, dnnl_format_tag_any)),
          y_(memory(y, dnnl_ndhwc)),
          stride_(window.stride),
          padding_(window.padding),
          gaps_(window.dilation) {
        for (auto &gap : gaps_) --gap;  // 0 where taps are neighbours
        for (int axis = 0; axis < 3; ++axis) {
            const auto reach = window.dilation[axis] * (weight.size(axis + 2) - 1) + 1;
            const auto read = (y.size(axis + 2) - 1) * stride_[axis] + reach;
            end_.push_back(read - x.size(axis + 2) - padding_[axis]);
        }
    }

    std::optional<PassBuffers> buffers(Pass pass) const {
        const auto forward = this->forward();
        const auto asked = pass == Pass::forward ? nullptr : backward(pass, forward.get());
        const auto *primitive = pass == Pass::forward ? forward.get() : asked.get();
        if (!primitive) return std::nullopt;
        const auto query = pass == Pass::weight_gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
        const auto *scratchpad = f_.dnnl_primitive_desc_query_md(primitive, dnnl_query_scratchpad_md, 0);
        const auto *wanted = f_.dnnl_primitive_desc_query_md(primitive, query, 0);
        const bool is_given = pass != Pass::weight_gradient && f_.dnnl_memory_desc_equal(wanted, given_.get());
        return PassBuffers{size(scratchpad), is_given ? 0 : size(wanted)};
    }

  private:
    const Functions &f_ = *functions();
    Memory x_, given_, any_, y_;
    std::vector<int64_t> stride_, padding_, gaps_, end_;

    int64_t size(const_dnnl_memory_desc_t memory) const {
        return static_cast<int64_t>(f_.dnnl_memory_desc_get_size(memory));
    }

    Primitive forward() const {
        dnnl_primitive_desc_t made = nullptr;
        f_.dnnl_convolution_forward_primitive_desc_create(
            &made, f_.engine, dnnl_forward, dnnl_convolution_direct, x_.get(), any_.get(), nullptr, y_.get(),
            stride_.data(), gaps_.data(), padding_.data(), end_.data(), f_.attributes);
        return Primitive(made);
    }

    Primitive backward(Pass pass, const_dnnl_primitive_desc_t forward) const {
        dnnl_primitive_desc_t made = nullptr;
        if (!forward) return nullptr;
        if (pass == Pass::input_gradient) {
            f_.dnnl_convolution_backward_data_primitive_desc_create(
                &made, f_.engine, dnnl_convolution_direct, x_.get(), any_.get(), y_.get(), stride_.data(), gaps_.data(),
                padding_.data(), end_.data(), forward, f_.attributes);
        } else {
            f_.dnnl_convolution_backward_weights_primitive_desc_create(
                &made, f_.engine, dnnl_convolution_direct, x_.get(), any_.get(), nullptr, y_.get(), stride_.data(),
                gaps_.data(), padding_.data(), end_.data(), forward, f_.attributes);
        }
        return Primitive(made);
    }
};

}  // namespace

const std::optional<OneDNNInstructions> &onednn_instructions() {
    static const std::optional<OneDNNInstructions> instructions = []() -> std::optional<OneDNNInstructions> {
        if (!functions()) return std::nullopt;
        const unsigned used = functions()->dnnl_get_effective_cpu_isa();
        const auto has = [used](unsigned set) { return (used & set) == set; };
        return OneDNNInstructions{
            has(dnnl_cpu_isa_avx2), has(dnnl_cpu_isa_avx512_core), has(dnnl_cpu_isa_avx512_core_bf16),
            has(dnnl_cpu_isa_avx512_core_amx)};
    }();
    return instructions;
}

bool onednn_multiplies(at::ScalarType type) {
    if (type != at::kBFloat16) return type == at::kFloat;
    const auto &known = onednn_instructions();
    return known ? known->avx512_bf16 : __builtin_cpu_supports("avx512bf16");
}

std::optional<PassBuffers> onednn_buffers(
    Pass pass, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &y, const Window &window) {
    if (!functions() || !onednn_multiplies(x.scalar_type())) return std::nullopt;
    return Convolution(x, weight, y, window).buffers(pass);
}

}  // namespace segnas
