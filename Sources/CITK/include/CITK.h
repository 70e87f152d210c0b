#ifndef CITK_H
#define CITK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Closed: Swift imports these as enumerations that a `switch` can exhaust.
#define CITK_ENUM enum __attribute__((enum_extensibility(closed)))

typedef CITK_ENUM { CITK_NRRD, CITK_META_IMAGE, CITK_DICOM } citk_format;

typedef CITK_ENUM {
    CITK_UINT8,
    CITK_INT8,
    CITK_UINT16,
    CITK_INT16,
    CITK_UINT32,
    CITK_INT32,
    CITK_UINT64,
    CITK_INT64,
    CITK_FLOAT32,
    CITK_FLOAT64,
    CITK_OTHER_SAMPLE
} citk_sample;

// What the components of a pixel are together.
typedef CITK_ENUM { CITK_SCALAR, CITK_LIST, CITK_COLOUR, CITK_COMPLEX, CITK_TENSOR, CITK_OTHER_PIXEL } citk_pixel;

enum { CITK_MAX_RANK = 7 };

typedef struct {
    citk_sample sample;
    citk_pixel pixel;
    uint32_t components;
    uint32_t rank;
    uint64_t size[CITK_MAX_RANK];
    // Of the spatial axes, at most three; in mm, towards left, posterior and superior (LPS). An axis that the
    // file lacks is of length 1 and at right angles to the others.
    double spacing[3];
    double origin[3];
    double direction[3][3];  // direction[axis][coordinate]
    bool mixes_space;        // a further axis, such as time, has a part in space
} citk_header;

// A file whose header ITK has read. Not for use on two threads at once.
typedef struct {
    void *io;
} citk_image;

// All functions return NULL, or what ITK said, in one line, valid until this thread's next failing call.
// No exception leaves them, and ITK and its libraries print nothing.

const char *citk_open(const char *path, citk_format format, citk_header *header, citk_image *out);

// Reads all samples, the components of a pixel beside each other; `bytes` must be what the header tells.
const char *citk_read(citk_image image, void *samples, size_t bytes);

void citk_close(citk_image image);

#ifdef __cplusplus
}
#endif

#endif
