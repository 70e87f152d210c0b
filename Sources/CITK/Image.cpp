#include "Compiler.h"

#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>

#include "Reading.h"
#include "include/CITK.h"

namespace {

itk::ImageIOBase::Pointer reader(citk_format format) {
    switch (format) {
    case CITK_NRRD:
        return itk::NrrdImageIO::New().GetPointer();
    case CITK_META_IMAGE:
        return itk::MetaImageIO::New().GetPointer();
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

void fill(const itk::ImageIOBase &io, citk_header &header) {
    header.rank = io.GetNumberOfDimensions();
    if (header.rank < 1 || header.rank > CITK_MAX_RANK) itkGenericExceptionMacro("too many axes");
    header.sample = segnas::sample(io.GetComponentType());
    header.pixel = pixel(io.GetPixelType());
    header.components = io.GetNumberOfComponents();
    for (unsigned axis = 0; axis < header.rank; ++axis) header.size[axis] = io.GetDimensions(axis);
    fill_geometry(io, header);
}

}  // namespace

citk_status citk_read(const char *path, citk_format format, citk_report *report) {
    return segnas::read_in_child(0, *report, [&](citk_report &found) {
        itk::ImageIOBase::Pointer io = reader(format);
        io->SetFileName(path);
        io->ReadImageInformation();
        fill(*io, found.header);
    });
}
