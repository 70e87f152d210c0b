#ifndef CT_INTENSITY_H
#define CT_INTENSITY_H

#include "ct_volume.h"

CT_BEGIN

// One channel's values, [D, H, W], changed in place by at most `threads` threads. Results depend on the values alone,
// not on the number of threads.
typedef struct {
    float *values;
    ct_extent size;
    int32_t threads;
} ct_channel;

typedef struct {
    double minimum, maximum, mean, deviation;
} ct_value_statistics;

// Minimum and maximum, mean, and standard deviation (of the values, not of a sample).
ct_status ct_measure_values(const ct_channel *channel, ct_value_statistics *out);

// v → factor·v + shift, held between minimum and maximum.
ct_status ct_rescale_values(const ct_channel *channel, double factor, double shift, double minimum, double maximum);

// v → minimum + range·((v − minimum)/range)^exponent; where inverted, the same counted down from the maximum. Values
// must lie between minimum and maximum, and stay there.
ct_status ct_gamma_values(const ct_channel *channel, double exponent, double minimum, double maximum, bool inverted);

// Adds independent draws from N(0, deviation²), which depend on the seed and the voxel's index alone.
ct_status ct_add_noise(const ct_channel *channel, double deviation, uint64_t seed);

typedef CT_ENUM{CT_AXIS_DEPTH, CT_AXIS_HEIGHT, CT_AXIS_WIDTH} ct_axis;

// A linear map of every line along one axis: out[i] = Σ_k weights[i·taps + k]·in[indices[i·taps + k]].
typedef struct {
    ct_axis axis;
    int64_t taps;
    const int32_t *indices;  // [length, taps]
    const float *weights;    // [length, taps]
} ct_line_filter;

ct_status ct_filter_lines(const ct_channel *channel, const ct_line_filter *filter);

// [C, voxels] → [voxels, C]
void ct_interleave(const float *planar, int64_t channels, int64_t voxels, float *out);

CT_END

#endif
