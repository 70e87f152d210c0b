#include "GpuSources.h"

#include <stddef.h>

// Users have no compiler that makes machine code for GPUs while this program is built, and NVIDIA's compiles at run time.

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char numbers[] = {
#embed "Kernels/Numbers.h" suffix(, 0)
};

static const char kernel[] = {
#embed "Kernels/Kernel.h" suffix(, 0)
};

static const char norm_sum_arguments[] = {
#embed "Kernels/NormSumArguments.h" suffix(, 0)
};

static const char class_sums_arguments[] = {
#embed "Kernels/ClassSumsArguments.h" suffix(, 0)
};

static const char pool_arguments[] = {
#embed "Kernels/PoolArguments.h" suffix(, 0)
};

static const char parity_sum_arguments[] = {
#embed "Kernels/ParitySumArguments.h" suffix(, 0)
};

static const char channels_arguments[] = {
#embed "Kernels/ChannelsArguments.h" suffix(, 0)
};

static const char convolution_arguments[] = {
#embed "Kernels/ConvolutionArguments.h" suffix(, 0)
};

static const char matrices[] = {
#embed "Kernels/Matrices.h" suffix(, 0)
};

static const char convolution_tile[] = {
#embed "Kernels/ConvolutionTile.h" suffix(, 0)
};

static const char voxel_tile[] = {
#embed "Kernels/VoxelTile.h" suffix(, 0)
};

static const char point_convolution_arguments[] = {
#embed "Kernels/PointConvolutionArguments.h" suffix(, 0)
};

static const char norm_sum[] = {
#embed "Kernels/NormSum.cu" suffix(, 0)
};

static const char class_sums[] = {
#embed "Kernels/ClassSums.cu" suffix(, 0)
};

static const char pool[] = {
#embed "Kernels/Pool.cu" suffix(, 0)
};

static const char parity_sum[] = {
#embed "Kernels/ParitySum.cu" suffix(, 0)
};

static const char channels[] = {
#embed "Kernels/Channels.cu" suffix(, 0)
};

static const char convolution[] = {
#embed "Kernels/Convolution.cu" suffix(, 0)
};

static const char point_convolution[] = {
#embed "Kernels/PointConvolution.cu" suffix(, 0)
};

const gpu_header gpu_headers[] = {
    {"Numbers.h", numbers},
    {"Kernel.h", kernel},
    {"NormSumArguments.h", norm_sum_arguments},
    {"ClassSumsArguments.h", class_sums_arguments},
    {"PoolArguments.h", pool_arguments},
    {"ParitySumArguments.h", parity_sum_arguments},
    {"ChannelsArguments.h", channels_arguments},
    {"ConvolutionArguments.h", convolution_arguments},
    {"Matrices.h", matrices},
    {"ConvolutionTile.h", convolution_tile},
    {"VoxelTile.h", voxel_tile},
    {"PointConvolutionArguments.h", point_convolution_arguments},
    {NULL, NULL},
};

const char *const gpu_sources[] = {norm_sum, class_sums, pool, parity_sum, channels, convolution, point_convolution};
