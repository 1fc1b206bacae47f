/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void str_release(struct str *str)
{
    free(str->data);
    *str = (struct str)STR_INIT(str->max);
}

void str_clear(struct str *str)
{
    str->len = 0;
    str->is_failed = false;
    if (str->data != NULL)
        str->data[0] = '\0';
}

const char *str_text(const struct str *str)
{
    return str->data != NULL ? str->data : "";
}

/* Room for `more` bytes and the NUL. Once failed, always failed: a text has no holes. */
static bool reserve(struct str *str, size_t more)
{
    if (str->is_failed || more > str->max - str->len)
        goto failed;
    size_t needed = str->len + more + 1;
    if (needed > str->cap) {
        size_t cap = str->cap < 32 ? 64 : str->cap * 2;
        if (cap > str->max && str->max + 1 > needed)
            cap = str->max + 1;
        if (cap < needed)
            cap = needed;
        char *data = realloc(str->data, cap);
        if (data == NULL)
            goto failed;
        str->data = data;
        str->cap = cap;
    }
    return true;
failed:
    str->is_failed = true;
    return false;
}

void str_append_len(struct str *str, const char *text, size_t len)
{
    if (!reserve(str, len))
        return;
    if (len > 0)
        memcpy(str->data + str->len, text, len);
    str->len += len;
    str->data[str->len] = '\0';
}

void str_append(struct str *str, const char *text)
{
    str_append_len(str, text, text == NULL ? 0 : strlen(text));
}

void str_append_char(struct str *str, char c)
{
    str_append_len(str, &c, 1);
}

void str_vappendf(struct str *str, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        str->is_failed = true;
    else if (reserve(str, (size_t)len)) {
        vsnprintf(str->data + str->len, (size_t)len + 1, format, again);
        str->len += (size_t)len;
    }
    va_end(again);
}

void str_appendf(struct str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vappendf(str, format, args);
    va_end(args);
}

/* Takes back a half-written addition that did not fit. */
static void undo_if_failed(struct str *str, size_t len)
{
    if (!str->is_failed || str->data == NULL)
        return;
    str->len = len;
    str->data[len] = '\0';
}

static void append_quoted(struct str *str, const char *text, char quote)
{
    size_t before = str->len;
    str_append_char(str, quote);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == quote)
            str_append_char(str, quote);
        str_append_char(str, *p);
    }
    str_append_char(str, quote);
    undo_if_failed(str, before);
}

void str_append_ident(struct str *str, const char *name)
{
    append_quoted(str, name, '"');
}

void str_append_literal(struct str *str, const char *text)
{
    if (text == NULL)
        str_append(str, "NULL");
    else
        append_quoted(str, text, '\'');
}

size_t utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    bool is_long = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
    bool is_outside = (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F);
    return is_long || is_outside ? 0 : len;
}

static void append_json_control(struct str *str, char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: character, letter */
    for (size_t i = 0; short_forms[i] != '\0'; i += 2)
        if (short_forms[i] == c) {
            str_append_char(str, '\\');
            str_append_char(str, short_forms[i + 1]);
            return;
        }
    str_appendf(str, "\\u%04x", (unsigned)(unsigned char)c);
}

void str_append_json(struct str *str, const char *text)
{
    if (text == NULL) {
        str_append(str, "null");
        return;
    }
    size_t before = str->len;
    str_append_char(str, '"');
    for (const char *p = text; *p != '\0';) {
        size_t len = utf8_length(p);
        if (len == 0)
            str_append(str, "\xEF\xBF\xBD"); /* U+FFFD, since JSON has no other bytes */
        else if (len == 1 && ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\' || *p == 0x7F))
            append_json_control(str, *p);
        else
            str_append_len(str, p, len);
        p += len == 0 ? 1 : len;
    }
    str_append_char(str, '"');
    undo_if_failed(str, before);
}

bool str_eq(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);
    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}
