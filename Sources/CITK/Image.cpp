#include "Compiler.h"

#include <itkGDCMImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>

#include <cctype>
#include <cerrno>
#include <exception>
#include <string>
#include <type_traits>

#include "Child.h"
#include "include/CITK.h"

namespace {

itk::ImageIOBase::Pointer reader(citk_format format) {
    switch (format) {
    case CITK_NRRD:
        return itk::NrrdImageIO::New().GetPointer();
    case CITK_META_IMAGE:
        return itk::MetaImageIO::New().GetPointer();
    case CITK_DICOM:
        return itk::GDCMImageIO::New().GetPointer();
    }
}

template <class Integer>
citk_sample integer() {
    const bool is_signed = std::is_signed_v<Integer>;
    switch (sizeof(Integer)) {
    case 1:
        return is_signed ? CITK_INT8 : CITK_UINT8;
    case 2:
        return is_signed ? CITK_INT16 : CITK_UINT16;
    case 4:
        return is_signed ? CITK_INT32 : CITK_UINT32;
    default:
        return is_signed ? CITK_INT64 : CITK_UINT64;
    }
}

citk_sample sample(itk::IOComponentEnum type) {
    switch (type) {
    case itk::IOComponentEnum::UCHAR:
        return CITK_UINT8;
    case itk::IOComponentEnum::CHAR:
        return CITK_INT8;
    case itk::IOComponentEnum::USHORT:
        return integer<unsigned short>();
    case itk::IOComponentEnum::SHORT:
        return integer<short>();
    case itk::IOComponentEnum::UINT:
        return integer<unsigned int>();
    case itk::IOComponentEnum::INT:
        return integer<int>();
    case itk::IOComponentEnum::ULONG:
        return integer<unsigned long>();
    case itk::IOComponentEnum::LONG:
        return integer<long>();
    case itk::IOComponentEnum::ULONGLONG:
        return integer<unsigned long long>();
    case itk::IOComponentEnum::LONGLONG:
        return integer<long long>();
    case itk::IOComponentEnum::FLOAT:
        return CITK_FLOAT32;
    case itk::IOComponentEnum::DOUBLE:
        return CITK_FLOAT64;
    default:
        return CITK_OTHER_SAMPLE;
    }
}

citk_pixel pixel(itk::IOPixelEnum type) {
    switch (type) {
    case itk::IOPixelEnum::SCALAR:
        return CITK_SCALAR;
    case itk::IOPixelEnum::VECTOR:
    case itk::IOPixelEnum::COVARIANTVECTOR:
    case itk::IOPixelEnum::POINT:
    case itk::IOPixelEnum::OFFSET:
    case itk::IOPixelEnum::FIXEDARRAY:
        return CITK_LIST;
    case itk::IOPixelEnum::RGB:
    case itk::IOPixelEnum::RGBA:
        return CITK_COLOUR;
    case itk::IOPixelEnum::COMPLEX:
        return CITK_COMPLEX;
    case itk::IOPixelEnum::SYMMETRICSECONDRANKTENSOR:
    case itk::IOPixelEnum::DIFFUSIONTENSOR3D:
    case itk::IOPixelEnum::MATRIX:
        return CITK_TENSOR;
    default:
        return CITK_OTHER_PIXEL;
    }
}

void fill_geometry(const itk::ImageIOBase &io, citk_header &header) {
    for (unsigned axis = 0; axis < 3; ++axis) {
        const bool is_there = axis < header.rank;
        header.spacing[axis] = is_there ? io.GetSpacing(axis) : 1;
        header.origin[axis] = is_there ? io.GetOrigin(axis) : 0;
        for (unsigned coordinate = 0; coordinate < 3; ++coordinate) {
            header.direction[axis][coordinate] =
                is_there && coordinate < header.rank ? io.GetDirection(axis)[coordinate] : axis == coordinate;
        }
    }
    for (unsigned axis = 0; axis < header.rank; ++axis) {
        const std::vector<double> direction = io.GetDirection(axis);
        for (unsigned coordinate = 0; coordinate < header.rank; ++coordinate) {
            header.mixes_space |= (axis < 3) != (coordinate < 3) && direction[coordinate] != 0;
        }
    }
}

itk::ImageIORegion whole(const itk::ImageIOBase &io) {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
        region.SetSize(axis, io.GetDimensions(axis));
    }
    return region;
}

void fill(const itk::ImageIOBase &io, citk_header &header) {
    header.rank = io.GetNumberOfDimensions();
    if (header.rank < 1 || header.rank > CITK_MAX_RANK) itkGenericExceptionMacro("too many axes");
    header.sample = sample(io.GetComponentType());
    header.pixel = pixel(io.GetPixelType());
    header.components = io.GetNumberOfComponents();
    for (unsigned axis = 0; axis < header.rank; ++axis) header.size[axis] = io.GetDimensions(axis);
    fill_geometry(io, header);
}

/// What the child leaves in shared memory.
struct Outcome {
    citk_report report;
    bool is_read;
};

void read(
    const char *const *paths, size_t count, citk_format format, void *memory, size_t bytes, citk_report &report) {
    for (size_t file = 0; file < (memory ? count : 1); ++file) {
        report.file = file;
        itk::ImageIOBase::Pointer io = reader(format);
        io->SetFileName(paths[file]);
        io->ReadImageInformation();
        if (file == 0) fill(*io, report.header);
        if (!memory) return;
        io->SetIORegion(whole(*io));
        if (static_cast<size_t>(io->GetImageSizeInBytes()) != bytes) {
            itkGenericExceptionMacro("another number of bytes is expected");
        }
        io->Read(static_cast<char *>(memory) + file * bytes);
    }
}

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
    // MetaIO prints its reasons instead, and the system's is of something else.
    if (message.rfind("Reason:", 0) == 0) message = "the file cannot be read";
    message.copy(report.message, sizeof report.message - 1);
}

void read_or_tell(
    const char *const *paths, size_t count, citk_format format, void *memory, size_t bytes,
    Outcome &outcome) noexcept {
    try {
        read(paths, count, format, memory, bytes, outcome.report);
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

void *citk_allocate(size_t bytes) {
    return segnas::allocate_shared(bytes);
}

void citk_free(void *memory, size_t bytes) {
    segnas::free_shared(memory, bytes);
}

citk_status citk_read(
    const char *const *paths, size_t count, citk_format format, void *memory, size_t bytes, citk_report *report) {
    auto *outcome = static_cast<Outcome *>(segnas::allocate_shared(sizeof(Outcome)));
    if (!outcome) {
        report->code = ENOMEM;
        return CITK_NO_PROCESS;
    }
    const segnas::End end = segnas::run_in_child(spare_memory + 4 * bytes, [&] {
        read_or_tell(paths, count, format, memory, bytes, *outcome);
    });
    *report = outcome->report;
    const bool is_read = outcome->is_read;
    segnas::free_shared(outcome, sizeof(Outcome));
    switch (end.kind) {
    case segnas::End::DONE:
        return is_read ? CITK_OK : CITK_REFUSED;
    case segnas::End::KILLED:
        report->signal = end.code;
        return CITK_CRASHED;
    case segnas::End::NOT_STARTED:
        report->code = end.code;
        return CITK_NO_PROCESS;
    }
}
