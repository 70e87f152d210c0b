// A libnvrtc.so.13, NVIDIA's compiler for run time, that makes libraries of the CPU by clang for SimulatedKernels.c. Its
// code begins with a word and its length. In the environment:
// SIMULATED_COMPILER_LEVEL    of optimization, by default 1; 0 is done sooner
// SIMULATED_COMPILER_VERSION  minor number of its version, by default 0
// SIMULATED_COMPILER_FAULT    a line that is added to each source, to be refused
// SIMULATED_COMPILER_LOG      file to which a line is added for each compilation: the architecture

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Program {
    std::string source;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string code, log;
};

std::string text_of(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

extern "C" {

int nvrtcVersion(int *major, int *minor) {
    const char *given = std::getenv("SIMULATED_COMPILER_VERSION");
    *major = 13;
    *minor = given ? std::atoi(given) : 0;
    return 0;
}

int nvrtcCreateProgram(
    Program **program, const char *source, const char *, int count, const char *const *headers,
    const char *const *names) {
    *program = new Program{source, {}, {}, {}};
    for (int i = 0; i < count; ++i) (*program)->headers.emplace_back(names[i], headers[i]);
    if (const char *fault = std::getenv("SIMULATED_COMPILER_FAULT")) (*program)->source += fault;
    return 0;
}

int nvrtcCompileProgram(Program *program, int count, const char *const *options) {
    for (int i = 0; i < count; ++i) {
        const char *log = std::getenv("SIMULATED_COMPILER_LOG");
        if (log && std::strncmp(options[i], "--gpu-architecture=", 19) == 0)
            std::ofstream(log, std::ios::app) << options[i] + 19 << "\n";
    }
    char name[] = "/tmp/simulated-nvrtc-XXXXXX";
    if (!mkdtemp(name)) return 1;
    const std::filesystem::path folder = name;
    for (const auto &[path, text] : program->headers) std::ofstream(folder / path) << text;
    std::ofstream(folder / "kernels.cu") << program->source;
    // Undefined behaviour, of which a read of 16 bytes from elsewhere than a multiple of them is one, ends the process.
    const char *level = std::getenv("SIMULATED_COMPILER_LEVEL");
    const auto command = "cd " + folder.string() + " && clang++ -std=c++20 -O" + (level ? level : "1") +
                         " -w -shared -fPIC -fsanitize=undefined -fsanitize-trap=undefined"
                         " -include " SIMULATED_KERNEL " -x c++ kernels.cu -o code 2> log";
    const int failure = std::system(command.c_str());
    program->log = text_of(folder / "log");
    program->code = text_of(folder / "code");
    const uint64_t length = program->code.size();
    program->code.insert(0, "simulate" + std::string(reinterpret_cast<const char *>(&length), sizeof length));
    std::filesystem::remove_all(folder);
    return failure == 0 ? 0 : 6;
}

int nvrtcGetCUBINSize(Program *program, size_t *size) {
    *size = program->code.size();
    return 0;
}

int nvrtcGetCUBIN(Program *program, char *code) {
    std::memcpy(code, program->code.data(), program->code.size());
    return 0;
}

int nvrtcGetProgramLogSize(Program *program, size_t *size) {
    *size = program->log.size() + 1;
    return 0;
}

int nvrtcGetProgramLog(Program *program, char *log) {
    std::memcpy(log, program->log.c_str(), program->log.size() + 1);
    return 0;
}

int nvrtcDestroyProgram(Program **program) {
    delete *program;
    *program = nullptr;
    return 0;
}

}  // extern "C"
