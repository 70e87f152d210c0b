// The sum of normalized feature maps, and what is needed to compute it again.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

#include <memory>
#include <vector>

namespace segnas {

/// One summand: values as they are, or normalized and rectified.
struct Term {
    at::Tensor x;              // [N, C, D, H, W]
    at::Tensor mean, inverse;  // [C] of the normalization, [N·C] where by image; undefined for values as they are
    at::Tensor scale, shift;   // the same, the whole linear map
    bool is_by_image = false;  // whether each image is normalized by itself
    bool is_given = false;     // whether mean and variance were given, and get gradients
    bool has_relu = false;
    bool is_dropped = false;  // whether dropout applies
    float slope = 0;          // of negative values under ReLU

    bool is_normalized() const { return scale.defined(); }
};

/// Σ of terms, those under dropout times `keep` [N, C] (undefined: 1).
struct NormSum {
    std::vector<Term> terms;
    at::Tensor keep;

    /// In channels-last order.
    at::Tensor compute() const;
};

/// A tensor that an operation needs for its gradient: kept, or computed again from what is kept anyway.
///
/// A sum of normalized maps costs one pass to compute, and its terms are kept for its own gradient.
class Kept {
  public:
    Kept() = default;
    explicit Kept(const at::Tensor &x);

    at::Tensor get() const;

  private:
    at::Tensor tensor_;
    std::shared_ptr<torch::autograd::Node> maker_;
};

}  // namespace segnas
