#include "Child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace {

/// Longer than the largest series takes; ends a reader that a damaged file keeps busy.
constexpr unsigned longest_seconds = 600;

/// Bytes of addresses in use, 0 where the system does not tell.
size_t address_space() {
    unsigned long pages = 0;
    if (FILE *file = fopen("/proc/self/statm", "r")) {
        if (fscanf(file, "%lu", &pages) != 1) pages = 0;
        fclose(file);
    }
    return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

void limit(int resource, rlim_t value) {
    rlimit limits{};
    getrlimit(resource, &limits);
    if (value < limits.rlim_cur) limits.rlim_cur = value;  // never more than what is set already
    setrlimit(resource, &limits);
}

/// Crashes are expected here: no traces, no core files, and nothing printed.
void prepare_child(rlim_t most_addresses) {
    for (int signal : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGSEGV, SIGTERM, SIGTRAP}) {
        ::signal(signal, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    limit(RLIMIT_CORE, 0);
    if (most_addresses > 0) limit(RLIMIT_AS, most_addresses);
    alarm(longest_seconds);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
}

}  // namespace

namespace segnas {

void *allocate_shared(size_t bytes) {
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

void free_shared(void *memory, size_t bytes) {
    if (memory) munmap(memory, bytes);
}

End run_in_child(size_t memory_limit, const std::function<void()> &body) {
    const size_t used = address_space();
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return {End::NOT_STARTED, errno};
    if (child == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // not to outlive a parent that is killed
#endif
        if (getppid() != parent) _exit(1);
        prepare_child(used > 0 ? used + memory_limit : 0);
        body();
        _exit(0);  // without this process's handlers and destructors, which are the parent's business
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return {End::NOT_STARTED, errno};
    }
    if (WIFSIGNALED(status)) return {End::KILLED, WTERMSIG(status)};
    return WEXITSTATUS(status) == 0 ? End{End::DONE, 0} : End{End::KILLED, SIGKILL};
}

}  // namespace segnas
