#pragma once

#include <functional>

#include "include/CGDCM.h"

namespace segnas {

/// Runs a body that decompresses in a process of its own, which may take so much memory for its samples.
///
/// What the body leaves in the report that it is given comes back; what it throws becomes the report's message.
cgdcm_status run_and_report(size_t bytes, cgdcm_report &report, const std::function<void(cgdcm_report &)> &body);

}  // namespace segnas
