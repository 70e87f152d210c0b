#include "Compiler.h"

#include "Reading.h"

#include <cctype>
#include <cerrno>
#include <exception>
#include <string>
#include <type_traits>

#include "Child.h"

namespace {

template <class Integer>
citk_sample integer() {
    const bool is_signed = std::is_signed_v<Integer>;
    switch (sizeof(Integer)) {
    case 1: return is_signed ? CITK_INT8 : CITK_UINT8;
    case 2: return is_signed ? CITK_INT16 : CITK_UINT16;
    case 4: return is_signed ? CITK_INT32 : CITK_UINT32;
    default: return is_signed ? CITK_INT64 : CITK_UINT64;
    }
}

/// What the child leaves in shared memory.
struct Outcome {
    citk_report report;
    bool is_read;
};

/// Keeps the last line, which is the most specific one.
void keep(const char *text, citk_report &report) {
    std::string message = text;
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back()))) message.pop_back();
    const size_t line = message.rfind('\n');
    if (line != std::string::npos) message.erase(0, line + 1);
    for (const char *mark : {"ITK ERROR: ", "): "}) {  // of the class, with its place in memory
        const size_t start = message.find(mark);
        if (start != std::string::npos) message.erase(0, start + std::string(mark).size());
    }
    message.copy(report.message, sizeof report.message - 1);
}

void read_or_tell(const std::function<void(citk_report &)> &body, Outcome &outcome) noexcept {
    try {
        body(outcome.report);
        outcome.is_read = true;
    } catch (const itk::ExceptionObject &error) {
        keep(error.GetDescription(), outcome.report);
    } catch (const std::exception &error) {
        keep(error.what(), outcome.report);
    } catch (...) {
        keep("an exception of unknown type", outcome.report);
    }
}

/// What decoding may take beside the samples: compressed bytes, copies, and the libraries' own.
constexpr size_t spare_memory = size_t(1) << 30;

}  // namespace

citk_sample segnas::sample(itk::IOComponentEnum type) {
    switch (type) {
    case itk::IOComponentEnum::UCHAR: return CITK_UINT8;
    case itk::IOComponentEnum::CHAR: return CITK_INT8;
    case itk::IOComponentEnum::USHORT: return integer<unsigned short>();
    case itk::IOComponentEnum::SHORT: return integer<short>();
    case itk::IOComponentEnum::UINT: return integer<unsigned int>();
    case itk::IOComponentEnum::INT: return integer<int>();
    case itk::IOComponentEnum::ULONG: return integer<unsigned long>();
    case itk::IOComponentEnum::LONG: return integer<long>();
    case itk::IOComponentEnum::ULONGLONG: return integer<unsigned long long>();
    case itk::IOComponentEnum::LONGLONG: return integer<long long>();
    case itk::IOComponentEnum::FLOAT: return CITK_FLOAT32;
    case itk::IOComponentEnum::DOUBLE: return CITK_FLOAT64;
    default: return CITK_OTHER_SAMPLE;
    }
}

citk_status segnas::read_in_child(size_t bytes, citk_report &report, const std::function<void(citk_report &)> &body) {
    auto *outcome = static_cast<Outcome *>(allocate_shared(sizeof(Outcome)));
    if (!outcome) {
        report.code = ENOMEM;
        return CITK_NO_PROCESS;
    }
    const End end = run_in_child(spare_memory + 4 * bytes, [&] { read_or_tell(body, *outcome); });
    report = outcome->report;
    const bool is_read = outcome->is_read;
    free_shared(outcome, sizeof(Outcome));
    switch (end.kind) {
    case End::DONE: return is_read ? CITK_OK : CITK_REFUSED;
    case End::KILLED: report.signal = end.code; return CITK_CRASHED;
    case End::NOT_STARTED: report.code = end.code; return CITK_NO_PROCESS;
    }
}

void *citk_allocate(size_t bytes) {
    return segnas::allocate_shared(bytes);
}

void citk_free(void *memory, size_t bytes) {
    segnas::free_shared(memory, bytes);
}
