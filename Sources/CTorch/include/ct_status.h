#ifndef CT_STATUS_H
#define CT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CT_BEGIN extern "C" {
#define CT_END }
#else
#define CT_BEGIN
#define CT_END
#endif

// Closed: Swift imports these as enumerations that a `switch` can exhaust.
#define CT_ENUM enum __attribute__((enum_extensibility(closed)))

CT_BEGIN

typedef CT_ENUM{CT_OK, CT_ERROR, CT_OUT_OF_MEMORY} ct_status;

// What the last CT_OUT_OF_MEMORY of this thread lacked, in bytes. `requested` is 0 where the device's
// allocator does not tell.
typedef struct {
    uint64_t requested;
    uint64_t in_use;
    uint64_t limit;
} ct_shortage;

// The text of this thread's last failure: one sentence, valid until the next failing call.
const char *ct_last_message(void);

// The figures of this thread's last CT_OUT_OF_MEMORY.
ct_shortage ct_last_shortage(void);

// Kinds of C++ exceptions, for the test that none of them crosses the border.
typedef CT_ENUM{
    CT_THROW_TORCH_ERROR, CT_THROW_OUT_OF_MEMORY, CT_THROW_BAD_ALLOC, CT_THROW_STANDARD, CT_THROW_INTEGER} ct_thrown;

// Throws inside the border, to be caught by it.
ct_status ct_throw(ct_thrown kind);

CT_END

#endif
