#pragma once

#include <stddef.h>

/// A text that is part of the program; not terminated by a zero.
typedef struct {
    const unsigned char *bytes;
    size_t count;
} cp_text;

/// plotly.js, which draws the charts of reports.
cp_text cp_plotly_script(void);

/// Under which terms it may be passed on: the text that must go with it.
cp_text cp_plotly_license(void);

/// The style of reports.
cp_text cp_page_style(void);

/// Our own scripts, in the order in which they run.
cp_text cp_page_script(void);
