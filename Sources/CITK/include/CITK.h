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

typedef CITK_ENUM { CITK_NRRD, CITK_META_IMAGE } citk_format;

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

// What the components of a voxel are together.
typedef CITK_ENUM { CITK_SCALAR, CITK_LIST, CITK_COLOUR, CITK_COMPLEX, CITK_TENSOR, CITK_OTHER_PIXEL } citk_pixel;

enum { CITK_MAX_RANK = 7 };

typedef struct {
    citk_sample sample;
    citk_pixel pixel;
    uint32_t components;
    uint32_t rank;
    uint64_t size[CITK_MAX_RANK];
    // Of the spatial axes, at most three; in mm, towards left, posterior and superior (LPS). An axis that the
    // file lacks has length 1 and lies at right angles to the others.
    double spacing[3];
    double origin[3];
    double direction[3][3];  // direction[axis][coordinate]
    bool mixes_space;        // a further axis, such as time, has a part in space
} citk_header;

typedef CITK_ENUM { CITK_OK, CITK_REFUSED, CITK_CRASHED, CITK_NO_PROCESS } citk_status;

typedef struct {
    citk_header header;
    size_t file;         // the one that failed, as an index
    int signal;          // that ended the reading process: CITK_CRASHED
    int code;            // the system's: CITK_NO_PROCESS
    char message[240];   // ITK's words, one line: CITK_REFUSED
} citk_report;

// Memory that the reading process can fill, zero before; NULL where the system has none.
void *citk_allocate(size_t bytes);
void citk_free(void *memory, size_t bytes);

// Reads the header of a file.
//
// ITK runs in a process of its own, for it, or a library below it, ends the process on some damaged files, and
// prints. What the files make it do cannot reach this process.
citk_status citk_read(const char *path, citk_format format, citk_report *report);

// A DICOM image that is made of a header in memory and the bytes of a part of a file.
typedef struct {
    const void *header;
    size_t header_bytes;
    const char *path;
    uint64_t offset;
    uint64_t bytes;
} citk_dicom;

// Decompresses images of the same size with GDCM, in a process of its own too: their samples, which must be of that type
// and take `bytes` bytes, come one image after the other into memory from citk_allocate. The report has no header.
citk_status citk_decompress(
    const citk_dicom *images, size_t count, citk_sample expected, void *memory, size_t bytes, citk_report *report);

#ifdef __cplusplus
}
#endif

#endif
