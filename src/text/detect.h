/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_DETECT_H
#define LEAT_TEXT_DETECT_H

#include "text/dialect.h"

/* The parts of text_detect(). Only for detect*.c. */

/* `head` has packing, encoding and mark; what is not declared of the rest is found out. */
int csv_detect(const struct text_file *file, struct memory *memory, struct arena *arena,
               struct text_head *head, struct err *err) WARN_UNUSED;

struct detect_place {
    int64_t byte, line;
};
/* Where the line after the first `count` ones begins. */
int detect_skip(const struct text_file *file, const struct text_head *head, int64_t count,
                struct memory *memory, struct detect_place *ret_place, struct err *err) WARN_UNUSED;
/* The character of a first line "sep=;", as spreadsheets write and obey it; 0: there is none such. */
int detect_sep_line(const struct text_file *file, const struct text_head *head,
                    struct memory *memory, char *ret_delimiter, struct err *err) WARN_UNUSED;
/* Where the last `count` lines begin; 0 when there are no more than that. */
int detect_footer(const struct text_file *file, const struct text_head *head, int64_t count,
                  struct memory *memory, int64_t *ret_byte, struct err *err) WARN_UNUSED;
#define DETECT_MAX_FOOTER_LINES 10000

/* Sets the delimiter of `head`, or asks for it. */
int detect_delimiter(const struct text_file *file, struct memory *memory, struct detect_place begin,
                     struct text_head *head, struct err *err) WARN_UNUSED;
/* A delimiter other than the declared one that cuts the first records evenly where that one does not cut at all; 0: none. */
char detect_better_delimiter(const struct text_file *file, struct memory *memory,
                             struct detect_place begin, const struct text_head *head);
/* A number, a date or a time, in whatever notation. */
bool detect_is_value(const char *text, size_t len);

#endif
