// The data of ICU, the Unicode library within Swift's Foundation: none, instead of 34 MB of languages, calendars and
// collations in every program that links Foundation statically. Yams brings Foundation in; it needs ICU's regular
// expressions, whose properties of characters are compiled into ICU's code.
//
// ICU calls this "stub data" and supports it: what needs data reports that the file is missing. The layout is that of an
// empty package with a table of contents ("ToCP"), as in ICU's own stubdata.cpp.
#include <stdint.h>

typedef struct {
    uint16_t header_size;
    uint8_t magic[2];
    struct {
        uint16_t size;
        uint16_t reserved;
        uint8_t is_big_endian;
        uint8_t character_set;
        uint8_t character_size;
        uint8_t padding;
        uint8_t format[4];
        uint8_t format_version[4];
        uint8_t data_version[4];
    } info;
    char padding[8];
    uint32_t entry_count;
    uint32_t reserved;
} package;

_Static_assert(sizeof(package) == 40, "no gaps");

// Named after the version of ICU in Swift 6.3. With another Swift this is not used, and nothing breaks: the program is
// 34 MB larger, which Scripts/dist.sh tells. Hidden: where Foundation is a shared library, it keeps its own data.
__attribute__((visibility("hidden"), aligned(16))) const package icudt76_dat = {
    .header_size = 32,
    .magic = {0xDA, 0x27},
    .info =
        {
            .size = sizeof(((package *)0)->info),
            .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
            .character_size = 2,
            .format = {'T', 'o', 'C', 'P'},
            .format_version = {1},
        },
    .entry_count = 0,
};
