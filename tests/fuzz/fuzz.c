/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "property does not hold: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    abort();
}

void fuzz_require(bool is_true, const char *what)
{
    if (!is_true)
        fuzz_fail("%s", what);
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[40];
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        fuzz_fail("could not write the file");
    return path;
}

static char pick(const char *choices, size_t count, uint8_t option)
{
    return choices[option % count];
}
#define PICK(choices, option) pick(choices, sizeof(choices) - 1, option)

void fuzz_dialect(const uint8_t *options, enum text_format format, struct text_dialect *ret_dialect)
{
    static const char *const words[] = {"NA", "-"};
    static const struct text_span spans[] = {{0, 2}, {3, 5}, {8, -1}};
    text_dialect_init(ret_dialect, format);
    ret_dialect->encoding = (enum text_encoding)(options[0] % (ENCODING_UTF16_BE + 1));
    if (format == TEXT_CSV) {
        ret_dialect->delimiter = PICK("\0,;\t|^", options[1]);
        ret_dialect->quote = PICK("\0\"'\1", options[2]);
        ret_dialect->is_trimmed = options[2] >= 128;
    }
    if (format == TEXT_CSV || format == TEXT_FIXED_WIDTH) {
        ret_dialect->header = (enum text_header)(options[3] % 3);
        ret_dialect->comment = PICK("\0\0#%", options[3] / 3);
        if (options[4] != 0)
            ret_dialect->skip_lines = options[4] % 4;
        if (options[5] != 0)
            ret_dialect->footer_lines = options[5] % 3;
    }
    if (format == TEXT_FIXED_WIDTH && options[1] % 3 == 1) {
        ret_dialect->spans = spans;
        ret_dialect->span_count = 3;
    }
    if (format == TEXT_JSON && options[1] % 3 != 0)
        ret_dialect->records = options[1] % 3 == 1 ? "" : "a.b";
    ret_dialect->decimal = PICK("\0.,", options[6]);
    ret_dialect->thousands = PICK("\0\0,. ", options[6] / 3);
    if (ret_dialect->thousands == ret_dialect->decimal)
        ret_dialect->thousands = '\0';
    if (options[6] >= 128) {
        ret_dialect->null_words = words;
        ret_dialect->null_word_count = 2;
    }
    /* So that the limit is reached by small inputs. */
    ret_dialect->max_field_bytes = options[7] >= 192 ? 64 : 0;
}
