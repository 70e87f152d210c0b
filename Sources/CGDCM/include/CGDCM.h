#ifndef CGDCM_H
#define CGDCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Closed: Swift imports these as enumerations that a `switch` can exhaust.
#define CGDCM_ENUM enum __attribute__((enum_extensibility(closed)))

typedef CGDCM_ENUM{
    CGDCM_UINT8,  CGDCM_INT8,  CGDCM_UINT16,  CGDCM_INT16,   CGDCM_UINT32,       CGDCM_INT32,
    CGDCM_UINT64, CGDCM_INT64, CGDCM_FLOAT32, CGDCM_FLOAT64, CGDCM_OTHER_SAMPLE,
} cgdcm_sample;

typedef CGDCM_ENUM{CGDCM_OK, CGDCM_REFUSED, CGDCM_CRASHED, CGDCM_NO_PROCESS} cgdcm_status;

typedef struct {
    size_t file;        // the one that failed, as an index
    int signal;         // that ended the reading process: CGDCM_CRASHED
    int code;           // the system's: CGDCM_NO_PROCESS
    char message[240];  // why, one line: CGDCM_REFUSED
} cgdcm_report;

// Memory that the reading process can fill, zero before; NULL where the system has none.
void *cgdcm_allocate(size_t bytes);
void cgdcm_free(void *memory, size_t bytes);

// A DICOM image that is made of a header in memory, fragments of pixels in a part of a file, and the mark of their end.
typedef struct {
    const void *header;
    size_t header_bytes;
    const char *path;
    uint64_t offset;
    uint64_t bytes;
} cgdcm_image;

// Decompresses images of the same size with GDCM: their samples, which must be of that type and take `bytes` bytes, come
// one image after the other into memory from cgdcm_allocate.
//
// GDCM runs in a process of its own, for it, or a library below it, ends the process on some damaged files, and
// prints. What the files make it do cannot reach this process.
cgdcm_status cgdcm_decompress(
    const cgdcm_image *images, size_t count, cgdcm_sample expected, void *memory, size_t bytes, cgdcm_report *report);

#ifdef __cplusplus
}
#endif

#endif
