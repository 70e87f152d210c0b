// Three functions that Swift's Foundation calls in the versions of glibc 2.35 and of the libstdc++ of GCC 12, where those
// are what a program is linked with. Their older versions do the same, and with them the program runs on systems with
// glibc 2.34: RHEL 9 and its like, Amazon Linux 2023. Scripts/package.sh tells which newer versions creep in.
//
// Hidden: nothing but the code that is linked into the program calls these.
#include <features.h>

#if defined(__linux__) && defined(__x86_64__) && defined(__GLIBC__)

#define HIDDEN __attribute__((visibility("hidden")))

double older_hypot(double x, double y);
__asm__(".symver older_hypot, hypot@GLIBC_2.2.5");
HIDDEN double hypot(double x, double y) {
    return older_hypot(x, y);
}

float older_hypotf(float x, float y);
__asm__(".symver older_hypotf, hypotf@GLIBC_2.2.5");
HIDDEN float hypotf(float x, float y) {
    return older_hypotf(x, y);
}

// std::condition_variable::wait(std::unique_lock<std::mutex> &)
void older_wait(void *condition, void *lock);
__asm__(".symver older_wait, _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");
HIDDEN void _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(void *condition, void *lock) {
    older_wait(condition, lock);
}

#endif
