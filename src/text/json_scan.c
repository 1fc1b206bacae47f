/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_scan.h"
#include "text/json_string.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FOUND_BYTES 40

void json_scan_wrong(struct json_scan *scan, const char *at, const char *format, ...)
{
    if (scan->message[0] != '\0')
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(scan->message, sizeof(scan->message), format, args);
    va_end(args);
    scan->message_at = at;
    scan->message_field = scan->field;
}

int json_scan_broken(struct json_scan *scan, const char *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(scan->message, sizeof(scan->message), format, args);
    va_end(args);
    scan->message_at = at;
    scan->message_field = scan->field;
    scan->stop = JSON_BROKEN;
    return -1;
}

static int needs_more(struct json_scan *scan)
{
    scan->stop = JSON_NEEDS_MORE;
    return -1;
}

int json_scan_expected(struct json_scan *scan, const struct json_token *found, const char *expected)
{
    if (found->kind == JSON_END)
        return json_scan_broken(scan, found->begin, "found the end of the %s, expected %s",
                                scan->last, expected);
    int shown = utf8_prefix(found->text, found->len, FOUND_BYTES);
    if (found->kind == JSON_STRING)
        return json_scan_broken(scan, found->begin, "found \"%.*s\", expected %s", shown,
                                found->text, expected);
    return json_scan_broken(scan, found->begin, "found %.*s, expected %s", shown, found->text,
                            expected);
}

void json_scan_blanks(struct json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

/* What numbers, true, false and null are made of, and what people write in their place (NaN, +1, .5). */
static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.' || c == '_';
}

static const char *digits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Behind the number, or NULL. What stands behind the bytes is no digit. */
static const char *number_end(const char *at)
{
    at += *at == '-';
    const char *end = *at == '0' ? at + 1 : digits(at);
    if (end == at)
        return NULL;
    if (*end == '.') {
        at = end + 1;
        end = digits(at);
        if (end == at)
            return NULL;
    }
    if (*end == 'e' || *end == 'E') {
        at = end + 1;
        at += *at == '-' || *at == '+';
        end = digits(at);
        if (end == at)
            return NULL;
    }
    return end;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

static int scan_word(struct json_scan *scan, struct json_token *token)
{
    const char *begin = scan->at, *end = number_end(begin);
    token->kind = JSON_NUMBER;
    if (!end || is_word_byte(*end)) {
        for (end = begin; is_word_byte(*end);)
            end++;
        size_t len = (size_t)(end - begin);
        if (is_word(begin, len, "null"))
            token->kind = JSON_NULL;
        else if (is_word(begin, len, "true") || is_word(begin, len, "false"))
            token->kind = JSON_TRUTH;
        else if (end < scan->end || scan->is_last)
            json_scan_wrong(scan, begin, "found %.*s, which is no value of JSON",
                            utf8_prefix(begin, len, FOUND_BYTES), begin);
    }
    if (end == scan->end && !scan->is_last)
        return needs_more(scan);
    token->text = begin;
    token->len = (size_t)(end - begin);
    scan->at = end;
    return 0;
}

static int scan_string(struct json_scan *scan, struct json_token *token)
{
    token->text = scan->at + 1;
    const char *end = json_string_end(scan, token->text, &token->has_escapes);
    if (!end && !scan->is_last)
        return needs_more(scan);
    if (!end)
        return json_scan_broken(scan, token->begin,
                                "found the end of the %s in a text that begins here and has no "
                                "closing quote",
                                scan->last);
    token->kind = JSON_STRING;
    token->len = (size_t)(end - token->text);
    scan->at = end + 1;
    return 0;
}

static int scan_unknown(struct json_scan *scan)
{
    unsigned char c = (unsigned char)*scan->at;
    if (c == '\'')
        return json_scan_broken(scan, scan->at, "found ', but JSON has only double quotes");
    if (c == '/' || c == '#')
        return json_scan_broken(scan, scan->at, "found %c, but JSON has no comments", c);
    if (c > ' ' && c < 0x7F)
        return json_scan_broken(scan, scan->at, "found %c, which is no JSON", c);
    return json_scan_broken(scan, scan->at, "found byte 0x%02X outside of texts", c);
}

int json_scan_token(struct json_scan *scan, struct json_token *ret_token)
{
    json_scan_blanks(scan);
    *ret_token = (struct json_token){.begin = scan->at, .text = scan->at, .len = 1};
    if (scan->at == scan->end)
        return scan->is_last ? 0 : needs_more(scan);
    switch (*scan->at) {
    case JSON_OBJECT:
    case JSON_OBJECT_END:
    case JSON_LIST:
    case JSON_LIST_END:
    case JSON_COLON:
    case JSON_COMMA:
        ret_token->kind = (enum json_kind) * scan->at++;
        return 0;
    case JSON_STRING:
        return scan_string(scan, ret_token);
    default:
        return is_word_byte(*scan->at) ? scan_word(scan, ret_token) : scan_unknown(scan);
    }
}
