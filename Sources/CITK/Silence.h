#pragma once

namespace segnas {

/// While one lives, what this thread writes to std::cout, std::cerr and std::clog is dropped: ITK's libraries
/// print there what they also report, and more.
class Silence {
public:
    Silence();
    ~Silence();
    Silence(const Silence &) = delete;
    Silence &operator=(const Silence &) = delete;
};

}  // namespace segnas
