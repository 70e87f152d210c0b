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

typedef CITK_ENUM{
    CITK_UINT8,  CITK_INT8,  CITK_UINT16,  CITK_INT16,   CITK_UINT32,       CITK_INT32,
    CITK_UINT64, CITK_INT64, CITK_FLOAT32, CITK_FLOAT64, CITK_OTHER_SAMPLE,
} citk_sample;

typedef CITK_ENUM{CITK_OK, CITK_REFUSED, CITK_CRASHED, CITK_NO_PROCESS} citk_status;

typedef struct {
    size_t file;        // the one that failed, as an index
    int signal;         // that ended the reading process: CITK_CRASHED
    int code;           // the system's: CITK_NO_PROCESS
    char message[240];  // ITK's words, one line: CITK_REFUSED
} citk_report;

// Memory that the reading process can fill, zero before; NULL where the system has none.
void *citk_allocate(size_t bytes);
void citk_free(void *memory, size_t bytes);

// A DICOM image that is made of a header in memory and the bytes of a part of a file.
typedef struct {
    const void *header;
    size_t header_bytes;
    const char *path;
    uint64_t offset;
    uint64_t bytes;
} citk_dicom;

// Decompresses images of the same size with GDCM: their samples, which must be of that type and take `bytes` bytes, come
// one image after the other into memory from citk_allocate.
//
// ITK runs in a process of its own, for it, or a library below it, ends the process on some damaged files, and
// prints. What the files make it do cannot reach this process.
citk_status citk_decompress(
    const citk_dicom *images, size_t count, citk_sample expected, void *memory, size_t bytes, citk_report *report);

#ifdef __cplusplus
}
#endif

#endif
