#pragma once

#include <itkImageIOBase.h>

#include <functional>

#include "include/CITK.h"

namespace segnas {

/// How ITK's components are stored.
citk_sample sample(itk::IOComponentEnum type);

/// Runs a body that reads with ITK in a process of its own, which may take so much memory for its samples; what the body
/// leaves in the report it is given comes back, and what it throws becomes the report's message.
citk_status read_in_child(size_t bytes, citk_report &report, const std::function<void(citk_report &)> &body);

}  // namespace segnas
