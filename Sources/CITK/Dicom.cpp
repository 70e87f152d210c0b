#include "Compiler.h"

#include <itkGDCMImageIO.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "Reading.h"
#include "include/CITK.h"

namespace {

/// A file in memory, which libraries that read files by name can open.
class MemoryFile {
  public:
    MemoryFile() : descriptor(memfd_create("image", MFD_CLOEXEC)) {
        if (descriptor < 0) itkGenericExceptionMacro("the system has no memory for a file");
    }
    ~MemoryFile() { close(descriptor); }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

    void append(const void *bytes, size_t count) {
        auto *next = static_cast<const char *>(bytes);
        while (count > 0) {
            const ssize_t written = write(descriptor, next, count);
            if (written <= 0) itkGenericExceptionMacro("the system has no memory for a file");
            next += written;
            count -= written;
        }
    }

  private:
    int descriptor;
};

/// Copies a part of a file.
void copy(const citk_dicom &image, MemoryFile &target) {
    const int source = open(image.path, O_RDONLY | O_CLOEXEC);
    if (source < 0) itkGenericExceptionMacro("the file cannot be opened");
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
    if (done < image.bytes) itkGenericExceptionMacro("the file has become shorter");
}

itk::ImageIORegion whole(const itk::ImageIOBase &io) {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
        region.SetSize(axis, io.GetDimensions(axis));
    }
    return region;
}

void decompress(const citk_dicom &image, citk_sample expected, char *memory, size_t bytes) {
    MemoryFile file;
    file.append(image.header, image.header_bytes);
    copy(image, file);
    auto io = itk::GDCMImageIO::New();
    io->SetFileName(file.path());
    io->ReadImageInformation();
    io->SetIORegion(whole(*io));
    if (io->GetNumberOfComponents() != 1 || segnas::sample(io->GetComponentType()) != expected) {
        itkGenericExceptionMacro("the compressed pixels are of another type than the header says");
    }
    if (static_cast<size_t>(io->GetImageSizeInBytes()) != bytes) {
        itkGenericExceptionMacro("the compressed pixels are not as many as the header says");
    }
    io->Read(memory);
}

}  // namespace

citk_status citk_decompress(
    const citk_dicom *images, size_t count, citk_sample expected, void *memory, size_t bytes, citk_report *report) {
    return segnas::read_in_child(bytes, *report, [&](citk_report &found) {
        for (size_t index = 0; index < count; ++index) {
            found.file = index;
            decompress(images[index], expected, static_cast<char *>(memory) + index * bytes, bytes);
        }
    });
}
