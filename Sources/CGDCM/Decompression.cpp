#if !__has_include(<gdcmImageReader.h>)
#error "GDCM is not set up: run Scripts/setup.sh (or make test), then build again"
#endif

#include <gdcmImageReader.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "Reporting.h"
#include "include/CGDCM.h"

namespace {

/// A file in memory, which libraries that read files by name can open.
class MemoryFile {
  public:
    MemoryFile() : descriptor(memfd_create("image", MFD_CLOEXEC)) {
        if (descriptor < 0) throw std::runtime_error("the system has no memory for a file");
    }
    ~MemoryFile() { close(descriptor); }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

    void append(const void *bytes, size_t count) {
        auto *next = static_cast<const char *>(bytes);
        while (count > 0) {
            const ssize_t written = write(descriptor, next, count);
            if (written <= 0) throw std::runtime_error("the system has no memory for a file");
            next += written;
            count -= written;
        }
    }

  private:
    int descriptor;
};

/// Copies a part of a file.
void copy(const cgdcm_image &image, MemoryFile &target) {
    const int source = open(image.path, O_RDONLY | O_CLOEXEC);
    if (source < 0) throw std::runtime_error("the file cannot be opened");
    std::vector<char> block(size_t(1) << 20);
    uint64_t done = 0;
    while (done < image.bytes) {
        const size_t wanted = std::min<uint64_t>(block.size(), image.bytes - done);
        const ssize_t count = pread(source, block.data(), wanted, image.offset + done);
        if (count <= 0) break;
        target.append(block.data(), count);
        done += count;
    }
    close(source);
    if (done < image.bytes) throw std::runtime_error("the file has become shorter");
}

/// How GDCM stores samples of a type.
cgdcm_sample sample(gdcm::PixelFormat::ScalarType type) {
    switch (type) {
    case gdcm::PixelFormat::UINT8: return CGDCM_UINT8;
    case gdcm::PixelFormat::INT8: return CGDCM_INT8;
    case gdcm::PixelFormat::UINT12:
    case gdcm::PixelFormat::UINT16: return CGDCM_UINT16;
    case gdcm::PixelFormat::INT12:
    case gdcm::PixelFormat::INT16: return CGDCM_INT16;
    case gdcm::PixelFormat::UINT32: return CGDCM_UINT32;
    case gdcm::PixelFormat::INT32: return CGDCM_INT32;
    case gdcm::PixelFormat::UINT64: return CGDCM_UINT64;
    case gdcm::PixelFormat::INT64: return CGDCM_INT64;
    case gdcm::PixelFormat::FLOAT32: return CGDCM_FLOAT32;
    case gdcm::PixelFormat::FLOAT64: return CGDCM_FLOAT64;
    default: return CGDCM_OTHER_SAMPLE;
    }
}

/// The sequence delimitation item, which ends the fragments of pixels.
const unsigned char fragments_end[] = {0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0};

void decompress(const cgdcm_image &source, cgdcm_sample expected, char *memory, size_t bytes) {
    MemoryFile file;
    file.append(source.header, source.header_bytes);
    copy(source, file);
    file.append(fragments_end, sizeof fragments_end);
    gdcm::ImageReader reader;
    reader.SetFileName(file.path().c_str());
    if (!reader.Read()) throw std::runtime_error("the compressed pixels are no image");
    const gdcm::Image &image = reader.GetImage();
    const gdcm::PixelFormat &format = image.GetPixelFormat();
    if (format.GetSamplesPerPixel() != 1 || sample(format.GetScalarType()) != expected) {
        throw std::runtime_error("the compressed pixels are of another type than the header says");
    }
    if (image.GetBufferLength() != bytes) {
        throw std::runtime_error("the compressed pixels are not as many as the header says");
    }
    if (!image.GetBuffer(memory)) throw std::runtime_error("the compressed pixels cannot be decompressed");
}

}  // namespace

cgdcm_status cgdcm_decompress(
    const cgdcm_image *images, size_t count, cgdcm_sample expected, void *memory, size_t bytes, cgdcm_report *report) {
    return segnas::run_and_report(bytes, *report, [&](cgdcm_report &found) {
        for (size_t index = 0; index < count; ++index) {
            found.file = index;
            decompress(images[index], expected, static_cast<char *>(memory) + index * bytes, bytes);
        }
    });
}
