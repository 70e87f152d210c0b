#ifndef CSTARTUP_H
#define CSTARTUP_H

// Lets the calling thread, and what it starts, run again on all cores that the process was started with.
void su_restore_cores(void);

#endif
