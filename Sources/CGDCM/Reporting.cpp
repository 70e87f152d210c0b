#include "Reporting.h"

#include <cctype>
#include <cerrno>
#include <exception>
#include <string>

#include "Child.h"

namespace {

/// What the child leaves in shared memory.
struct Outcome {
    cgdcm_report report;
    bool is_done;
};

/// Keeps the last line, which is the most specific one.
void keep(const char *text, cgdcm_report &report) {
    std::string message = text;
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back()))) message.pop_back();
    const size_t line = message.rfind('\n');
    if (line != std::string::npos) message.erase(0, line + 1);
    message.copy(report.message, sizeof report.message - 1);
}

void run_or_tell(const std::function<void(cgdcm_report &)> &body, Outcome &outcome) noexcept {
    try {
        body(outcome.report);
        outcome.is_done = true;
    } catch (const std::exception &error) {
        keep(error.what(), outcome.report);
    } catch (...) {
        keep("an exception of unknown type", outcome.report);
    }
}

/// What decoding may take beside the samples: compressed bytes, copies, and the libraries' own.
constexpr size_t spare_memory = size_t(1) << 30;

}  // namespace

cgdcm_status segnas::run_and_report(
    size_t bytes, cgdcm_report &report, const std::function<void(cgdcm_report &)> &body) {
    auto *outcome = static_cast<Outcome *>(allocate_shared(sizeof(Outcome)));
    if (!outcome) {
        report.code = ENOMEM;
        return CGDCM_NO_PROCESS;
    }
    const End end = run_in_child(spare_memory + 4 * bytes, [&] { run_or_tell(body, *outcome); });
    report = outcome->report;
    const bool is_done = outcome->is_done;
    free_shared(outcome, sizeof(Outcome));
    switch (end.kind) {
    case End::DONE: return is_done ? CGDCM_OK : CGDCM_REFUSED;
    case End::KILLED: report.signal = end.code; return CGDCM_CRASHED;
    case End::NOT_STARTED: report.code = end.code; return CGDCM_NO_PROCESS;
    }
}

void *cgdcm_allocate(size_t bytes) {
    return segnas::allocate_shared(bytes);
}

void cgdcm_free(void *memory, size_t bytes) {
    segnas::free_shared(memory, bytes);
}
