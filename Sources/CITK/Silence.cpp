#include "Silence.h"

#include <iostream>
#include <streambuf>

namespace {

thread_local int silenced = 0;

/// Passes on what threads write that are not silenced. The streams are of the whole process, and libtorch
/// warns on them: giving them another buffer for a while would silence other threads too.
class Filter : public std::streambuf {
public:
    explicit Filter(std::streambuf *target) : target(target) {}

protected:
    int_type overflow(int_type character) override {
        if (silenced || traits_type::eq_int_type(character, traits_type::eof())) {
            return traits_type::not_eof(character);
        }
        return target->sputc(traits_type::to_char_type(character));
    }

    std::streamsize xsputn(const char *text, std::streamsize count) override {
        return silenced ? count : target->sputn(text, count);
    }

    int sync() override { return silenced ? 0 : target->pubsync(); }

private:
    std::streambuf *target;
};

/// Once, and never undone: the streams outlive every other object, so must their buffers.
void install_filters() {
    static const bool installed = [] {
        for (std::ostream *stream : {&std::cout, &std::cerr, &std::clog}) {
            stream->rdbuf(new Filter(stream->rdbuf()));
        }
        return true;
    }();
    (void)installed;
}

}  // namespace

namespace segnas {

Silence::Silence() {
    install_filters();
    ++silenced;
}

Silence::~Silence() {
    --silenced;
}

}  // namespace segnas
