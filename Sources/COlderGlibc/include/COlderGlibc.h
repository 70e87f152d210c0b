#ifndef COLDER_GLIBC_H
#define COLDER_GLIBC_H

// Empty: what this target defines replaces functions of the system.

#endif
