/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_STR_H
#define LEAT_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A growable, always NUL-terminated text with a maximum. Appending past the maximum changes nothing
 * and marks the text as failed, so that callers check once, at the end; until str_clear() every
 * later append does nothing either, so that a text never has holes.
 */
struct str {
    char *data; /* never NULL after the first append; use str_text() */
    size_t len, cap, max;
    bool is_failed;
};

#define STR_INIT(max_bytes) \
    {                       \
        .max = (max_bytes)  \
    }
void str_release(struct str *str);
void str_clear(struct str *str); /* empties, keeps the memory */
void str_append(struct str *str, const char *text);
void str_append_len(struct str *str, const char *text, size_t len);
void str_append_char(struct str *str, char c);
void str_appendf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vappendf(struct str *str, const char *format, va_list args);
const char *str_text(const struct str *str); /* never NULL; valid until the next change */

/*
 * "text" as an SQL identifier ("…", quotes doubled), as an SQL string ('…'; NULL becomes NULL), as
 * a JSON string (NULL becomes null; bytes that are not UTF-8 become U+FFFD). All of it or nothing.
 */
void str_append_ident(struct str *str, const char *name);
void str_append_literal(struct str *str, const char *text);
void str_append_json(struct str *str, const char *text);

bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);

/* Bytes of the UTF-8 character that starts here: 1 to 4, or 0 when it is not valid UTF-8. */
size_t utf8_length(const char *text);

/*
 * The candidate closest to `name` (Damerau-Levenshtein, case folded), or NULL when none is close
 * enough to be meant (distance <= 1 + length/4, and below the length).
 */
const char *nearest_name(const char *name, const char *const *candidates, size_t count);

/* "4GB", "512MB", "64KB", "1.5GiB", "1000" → bytes (decimal and binary suffixes both mean 1024). */
bool parse_bytes(const char *text, long long *ret_bytes);
/* 1536 → "1.5 KB"; into `buffer` of 32 bytes, which is returned. */
char *format_bytes(long long bytes, char *buffer);
/* 1234567 → "1,234,567"; into `buffer` of 32 bytes, which is returned. */
char *format_count(long long count, char *buffer);

#endif
