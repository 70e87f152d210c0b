#include "Compiler.h"

#include <itkGDCMImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <string>

#include "Silence.h"
#include "include/CITK.h"

namespace {

thread_local std::string last_message;

/// The last line of ITK's words, which is the most specific one.
const char *keep(const char *text) noexcept {
    try {
        last_message = text;
        while (!last_message.empty() && std::isspace(static_cast<unsigned char>(last_message.back()))) {
            last_message.pop_back();
        }
        const size_t line = last_message.rfind('\n');
        if (line != std::string::npos) last_message.erase(0, line + 1);
        return last_message.c_str();
    } catch (...) {
        return "no memory";
    }
}

/// Runs a body in silence; whatever it throws ends here.
template <class Body>
const char *guarded(Body &&body) noexcept {
    try {
        segnas::Silence silence;
        body();
        return nullptr;
    } catch (const itk::ExceptionObject &error) {
        return keep(error.GetDescription());
    } catch (const std::bad_alloc &) {
        return keep("the system has no more memory");
    } catch (const std::exception &error) {
        return keep(error.what());
    } catch (...) {
        return keep("an exception of unknown type");
    }
}

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

itk::ImageIOBase &image_io(citk_image image) {
    return *static_cast<itk::ImageIOBase *>(image.io);
}

itk::ImageIORegion whole(const itk::ImageIOBase &io) {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
        region.SetSize(axis, io.GetDimensions(axis));
    }
    return region;
}

}  // namespace

const char *citk_open(const char *path, citk_format format, citk_header *header, citk_image *out) {
    return guarded([&] {
        itk::ImageIOBase::Pointer io = reader(format);
        io->SetFileName(path);
        io->ReadImageInformation();
        *header = {};
        header->rank = io->GetNumberOfDimensions();
        if (header->rank < 1 || header->rank > CITK_MAX_RANK) itkGenericExceptionMacro("has too many axes");
        header->sample = sample(io->GetComponentType());
        header->pixel = pixel(io->GetPixelType());
        header->components = io->GetNumberOfComponents();
        for (unsigned axis = 0; axis < header->rank; ++axis) header->size[axis] = io->GetDimensions(axis);
        fill_geometry(*io, *header);
        io->Register();  // the reference that citk_close releases
        out->io = io.GetPointer();
    });
}

const char *citk_read(citk_image image, void *samples, size_t bytes) {
    return guarded([&] {
        itk::ImageIOBase &io = image_io(image);
        io.SetIORegion(whole(io));
        if (static_cast<size_t>(io.GetImageSizeInBytes()) != bytes) {
            itkGenericExceptionMacro("the header tells of another number of bytes");
        }
        io.Read(samples);
    });
}

void citk_close(citk_image image) {
    guarded([&] { image_io(image).UnRegister(); });
}
