#ifndef CT_LOADING_H
#define CT_LOADING_H

#include "ct_status.h"

CT_BEGIN

// Loads libtorch, once: NULL, or why it does not load, a static string. Every other function does so at its first call,
// and ends the program where it fails.
const char *ct_load(void);

CT_END

#endif
