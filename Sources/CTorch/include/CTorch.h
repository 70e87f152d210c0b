// The C face of libtorch that module Torch stands on. Rules that hold for every function here:
//
// - A function that can fail returns `ct_status`; its result goes through the last pointer, which is
//   written only on CT_OK. The text of a failure is `ct_last_message()`, kept per thread.
// - A `ct_tensor` received through an out-pointer is owned by the caller: one `ct_tensor_release`.
//   Arguments are borrowed for the length of the call.
// - Shapes are given by letters: N images, C channels, D × H × W voxels.
#ifndef CTORCH_H
#define CTORCH_H

#include "ct_loading.h"
#include "ct_status.h"
#include "ct_tensor.h"
#include "ct_views.h"
#include "ct_arithmetic.h"
#include "ct_volume.h"
#include "ct_warp.h"
#include "ct_intensity.h"
#include "ct_class_sums.h"
#include "ct_region_sums.h"
#include "ct_probabilities.h"
#include "ct_autograd.h"
#include "ct_random.h"
#include "ct_optimizer.h"
#include "ct_script.h"
#include "ct_device.h"
#include "ct_memory.h"

#endif
