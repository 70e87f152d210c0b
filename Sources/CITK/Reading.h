#pragma once

#include <itkImageIOBase.h>

#include <functional>

#include "include/CITK.h"

namespace segnas {

/// How ITK's components are stored.
citk_sample sample(itk::IOComponentEnum type);

/// Runs a body that reads with ITK in a process of its own, which may take so much memory for its samples.
///
/// What the body leaves in the report that it is given comes back; what it throws becomes the report's message.
citk_status read_in_child(size_t bytes, citk_report &report, const std::function<void(citk_report &)> &body);

}  // namespace segnas
