#include "CPage.h"

// Reports must work offline and wherever the program was copied to, so it carries what they need in itself rather
// than look for files beside it. plotly.js is a well-kept library with all the charts of a report; the wheel `plotly`
// of PyPI holds only the whole of it, not one of its smaller bundles. Swift's own embedding of resources writes an
// array of numbers, of which 4.8 million would take minutes to compile.
#if !__has_embed("plotly.min.js") || !__has_embed("LICENSE.txt")
#error "plotly.js is not in .deps/plotly: run Scripts/setup.sh"
#endif

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char plotly_script[] = {
#embed "plotly.min.js"
};

static const unsigned char plotly_license[] = {
#embed "LICENSE.txt"
};

static const unsigned char page_style[] = {
#embed "Page/page.css"
    ,
#embed "Page/Anatomy/anatomy.css"
};

static const unsigned char figure_style[] = {
#embed "Page/figure.css"
};

static const unsigned char page_script[] = {
#embed "Page/navigation.js"
    ,
#embed "Page/saving.js"
};

static const unsigned char theme_script[] = {
#embed "Page/theme.js"
    ,
#embed "Page/points.js"
};

static const unsigned char study_script[] = {
#embed "Page/evolution.js"
    ,
#embed "Page/curves.js"
    ,
#embed "Page/pairs.js"
    ,
#embed "Page/trials.js"
    ,
#embed "Page/costs.js"
    ,
#embed "Page/factors.js"
    ,
#embed "Page/parallel.js"
    ,
#embed "Page/start.js"
};

static const unsigned char anatomy_script[] = {
#embed "Page/Anatomy/cases.js"
    ,
#embed "Page/Anatomy/slices.js"
    ,
#embed "Page/Anatomy/meshes.js"
    ,
#embed "Page/Anatomy/scenes.js"
    ,
#embed "Page/Anatomy/controls.js"
};

static const unsigned char comparison_script[] = {
#embed "Page/comparison.js"
};

static const unsigned char live_script[] = {
#embed "Page/Live/live.js"
};

static const unsigned char live_study_script[] = {
#embed "Page/Live/study.js"
};

static const unsigned char live_comparison_script[] = {
#embed "Page/Live/comparison.js"
};

static const unsigned char live_parts_script[] = {
#embed "Page/Live/parts.js"
};

#define TEXT(name) ((cp_text){name, sizeof(name)})

cp_text cp_plotly_script(void) {
    return TEXT(plotly_script);
}
cp_text cp_plotly_license(void) {
    return TEXT(plotly_license);
}
cp_text cp_page_style(void) {
    return TEXT(page_style);
}
cp_text cp_figure_style(void) {
    return TEXT(figure_style);
}
cp_text cp_page_script(void) {
    return TEXT(page_script);
}
cp_text cp_theme_script(void) {
    return TEXT(theme_script);
}
cp_text cp_study_script(void) {
    return TEXT(study_script);
}
cp_text cp_anatomy_script(void) {
    return TEXT(anatomy_script);
}
cp_text cp_comparison_script(void) {
    return TEXT(comparison_script);
}
cp_text cp_live_script(void) {
    return TEXT(live_script);
}
cp_text cp_live_study_script(void) {
    return TEXT(live_study_script);
}
cp_text cp_live_comparison_script(void) {
    return TEXT(live_comparison_script);
}
cp_text cp_live_parts_script(void) {
    return TEXT(live_parts_script);
}
