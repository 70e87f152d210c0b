// Functions of libtorch that it keeps to itself.
#pragma once

#include <initializer_list>
#include <vector>

namespace segnas {

/// The addresses of functions of libtorch_cpu.so that the linker does not show, in the order of their names.
///
/// Its symbol table, which PyTorch's builds have and nothing but debuggers read, lists them. Empty where a name is not
/// in it, or where the table was stripped off.
std::vector<void *> hidden_functions(std::initializer_list<const char *> names);

}  // namespace segnas
