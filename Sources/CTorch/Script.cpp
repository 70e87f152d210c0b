#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>

#include "Bridge.h"

using namespace segnas;

ct_status ct_script_save(const ct_script *script, const char *path) {
    return guarded("TorchScript", [&] {
        torch::jit::Module module("__torch__.segnas3d.Network", std::make_shared<torch::jit::CompilationUnit>());
        for (size_t i = 0; i < script->count; ++i) {
            module.register_buffer(script->names[i], borrow(script->values[i]).detach());
        }
        module.register_attribute("training", c10::BoolType::get(), false);
        module.define(script->source);
        std::unordered_map<std::string, std::string> files;
        for (size_t i = 0; i < script->file_count; ++i) files[script->file_names[i]] = script->file_texts[i];
        // A writer that cannot write to its file ends the program in its destructor.
        std::ostringstream bytes;
        module.save(bytes, files);
        std::ofstream file(path, std::ios::binary);
        file << bytes.view();
        file.close();
        TORCH_CHECK(file, "the file cannot be written: ", std::strerror(errno));
    });
}

ct_status ct_script_run(const char *path, ct_tensor x, ct_tensor *out) {
    return produce("TorchScript", out, [&] {
        auto module = torch::jit::load(path, at::Device(at::kCPU));
        return module.forward({borrow(x)}).toTensor().contiguous();
    });
}
