#include "GpuCompiler.h"

#define XXH_INLINE_ALL
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "include/ct_device.h"

namespace segnas {

namespace {

namespace files = std::filesystem;

/// NVRTC's interface: every function returns 0 on success.
struct Compiler {
    using Program = void *;
    int major = 0, minor = 0;
    int (*create)(Program *, const char *source, const char *name, int, const char *const *, const char *const *);
    int (*compile)(Program, int count, const char *const *options);
    int (*code_size)(Program, size_t *);
    int (*code)(Program, char *);
    int (*log_size)(Program, size_t *);
    int (*log)(Program, char *);
    int (*destroy)(Program *);
};

/// Opens the library that belongs to libtorch's version of CUDA: where pip puts it, else where the system finds it.
void *open_library() {
    const int major = ct_cuda_version() / 1000;
    TORCH_CHECK(major > 0, "no CUDA is loaded");
    const auto name = "libnvrtc.so." + std::to_string(major);
    const auto packages = files::path(ct_torch_library_path()).parent_path() / "../../nvidia";
    const files::path folders[] = {packages / ("cu" + std::to_string(major)) / "lib", packages / "cuda_nvrtc/lib"};
    for (const auto &folder : folders)
        if (void *library = dlopen((folder / name).c_str(), RTLD_NOW)) return library;
    void *library = dlopen(name.c_str(), RTLD_NOW);
    TORCH_CHECK(library, "NVIDIA's compiler for run time is not found: ", dlerror());
    return library;
}

Compiler load_compiler() {
    void *library = open_library();
    Compiler found;
    const auto find = [&](auto &function, const char *name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
        TORCH_CHECK(function, "NVIDIA's compiler for run time has no function ", name);
    };
    int (*version)(int *, int *) = nullptr;
    find(version, "nvrtcVersion");
    find(found.create, "nvrtcCreateProgram");
    find(found.compile, "nvrtcCompileProgram");
    find(found.code_size, "nvrtcGetCUBINSize");
    find(found.code, "nvrtcGetCUBIN");
    find(found.log_size, "nvrtcGetProgramLogSize");
    find(found.log, "nvrtcGetProgramLog");
    find(found.destroy, "nvrtcDestroyProgram");
    TORCH_CHECK(version(&found.major, &found.minor) == 0, "NVIDIA's compiler for run time does not tell its version");
    // It opens this library by its bare name, which finds it only if it is open already.
    Dl_info info;
    if (dladdr(reinterpret_cast<void *>(version), &info) && info.dli_fname) {
        const auto builtins = "libnvrtc-builtins.so." + std::to_string(found.major) + "." + std::to_string(found.minor);
        dlopen((files::path(info.dli_fname).parent_path() / builtins).c_str(), RTLD_NOW);
    }
    return found;
}

std::vector<char> compile(const Compiler &compiler, const char *source, const std::string &architecture) {
    std::vector<const char *> texts, names;
    for (const auto *header = gpu_headers; header->name; ++header) {
        names.push_back(header->name);
        texts.push_back(header->text);
    }
    Compiler::Program program = nullptr;
    const int created = compiler.create(
        &program, source, "kernels.cu", static_cast<int>(names.size()), texts.data(), names.data());
    TORCH_CHECK(created == 0, "NVIDIA's compiler for run time does not start (error ", created, ")");
    const std::array options{architecture.c_str(), "--std=c++20", "--device-as-default-execution-space"};
    const int failure = compiler.compile(program, static_cast<int>(options.size()), options.data());
    std::vector<char> code;
    std::string log;
    size_t size = 0;
    if (failure == 0 && compiler.code_size(program, &size) == 0) {
        code.resize(size);
        if (compiler.code(program, code.data()) != 0) code.clear();
    } else if (compiler.log_size(program, &size) == 0 && size > 1) {
        log.resize(size);
        compiler.log(program, log.data());
        log = log.substr(0, log.find('\n'));
    }
    compiler.destroy(&program);
    TORCH_CHECK(
        !code.empty(), "NVIDIA's compiler for run time fails (error ", failure, ") for ", architecture, ": ", log);
    return code;
}

// MARK: - Cache

using Digest = std::array<char, sizeof(XXH128_canonical_t)>;

Digest digest_of(const void *bytes, size_t count) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, count));
    Digest digest;
    std::memcpy(digest.data(), &canonical, digest.size());
    return digest;
}

/// The folder for compiled kernels; none where the environment names no place for it.
std::optional<files::path> cache_folder() {
    // A relative path is to be ignored, says the specification of XDG_CACHE_HOME.
    const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    if (cache && *cache == '/') return files::path(cache) / "segnas3d/kernels";
    if (home && *home == '/') return files::path(home) / ".cache/segnas3d/kernels";
    return std::nullopt;
}

std::string name_of(const Compiler &compiler, const char *source, const std::string &architecture) {
    std::string all = std::to_string(compiler.major) + "." + std::to_string(compiler.minor) + architecture + source;
    for (const auto *header = gpu_headers; header->name; ++header) all += header->text;
    std::string name;
    for (const char byte : digest_of(all.data(), all.size())) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
        name += digits;
    }
    return name + ".cubin";
}

/// The code in a file, which begins with its digest; empty where it is not there or not whole.
std::vector<char> read_code(const files::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    Digest digest;
    if (bytes.size() <= digest.size()) return {};
    std::copy_n(bytes.begin(), digest.size(), digest.begin());
    bytes.erase(bytes.begin(), bytes.begin() + digest.size());
    return digest == digest_of(bytes.data(), bytes.size()) ? bytes : std::vector<char>();
}

/// Other processes see the whole file or none.
void write_code(const std::vector<char> &code, const files::path &path) {
    std::error_code error;
    files::create_directories(path.parent_path(), error);
    auto partial = path;
    partial += "." + std::to_string(getpid());
    std::ofstream file(partial, std::ios::binary);
    const auto digest = digest_of(code.data(), code.size());
    file.write(digest.data(), digest.size());
    file.write(code.data(), static_cast<std::streamsize>(code.size()));
    file.close();
    if (file)
        files::rename(partial, path, error);
    else
        files::remove(partial, error);
}

}  // namespace

std::vector<char> compile_for_gpu(const char *source, int capability) {
    static const Compiler compiler = load_compiler();
    const auto architecture = "--gpu-architecture=sm_" + std::to_string(capability);
    const auto folder = cache_folder();
    if (!folder) return compile(compiler, source, architecture);
    const auto path = *folder / name_of(compiler, source, architecture);
    if (auto code = read_code(path); !code.empty()) return code;
    auto code = compile(compiler, source, architecture);
    write_code(code, path);
    return code;
}

}  // namespace segnas
