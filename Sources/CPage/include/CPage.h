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

/// The style that each figure carries, without its colours.
cp_text cp_figure_style(void);

/// What all pages do: their filter, and the files that they save.
cp_text cp_page_script(void);

/// How the charts of all reports look; it comes before the others.
cp_text cp_theme_script(void);

/// What moves in the report of a study, in the order in which it runs.
cp_text cp_study_script(void);

/// What moves in a study's test cases; it comes after the script of the study.
cp_text cp_anatomy_script(void);

/// What moves in the report of a comparison.
cp_text cp_comparison_script(void);

/// What listens to a server, in a page that is watched; it comes after the page's script.
cp_text cp_live_script(void);

/// What takes changes of a study, of a comparison, and of a page whose parts are all that moves.
cp_text cp_live_study_script(void);
cp_text cp_live_comparison_script(void);
cp_text cp_live_parts_script(void);
