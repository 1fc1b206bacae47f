/* SPDX-License-Identifier: Apache-2.0 */
#include "text/convert.h"
#include "text/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * JSON text against a nested SQL type. The engine does the cast, but it rounds 2.7 to 3 in an INTEGER[] and reads
 * decimals through doubles; so every scalar is tried here first, and written for the engine as a string, which it casts
 * exactly.
 */
#define MAX_DEPTH 64
#define MAX_STRUCT_FIELDS 1000

struct span {
    const char *text;
    size_t len;
};
struct walk {
    const char *at, *end;
    struct str *out; /* NULL: not wanted */
    char *reason;    /* NULL: not wanted */
    size_t reason_size;
    int depth;
};

static bool check(struct walk *walk, struct span type);

static bool fail(struct walk *walk, const char *what)
{
    if (walk->reason)
        snprintf(walk->reason, walk->reason_size, "%s", what);
    return false;
}

static void put(struct walk *walk, const char *text, size_t len)
{
    if (walk->out)
        str_append_len(walk->out, text, len);
}

static struct span trim(const char *text, size_t len)
{
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return (struct span){text, len};
}

/* Up to the next comma that is in no bracket and no quotes; what is behind it stays in *rest. */
static struct span next_part(struct span *rest)
{
    int depth = 0;
    bool is_quoted = false;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->text[i];
        is_quoted ^= c == '"';
        if (is_quoted)
            continue;
        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (c == ',' && depth == 0)
            break;
    }
    struct span part = trim(rest->text, i);
    size_t step = i < rest->len ? i + 1 : i;
    *rest = (struct span){rest->text + step, rest->len - step};
    return part;
}

/* The inside of "STRUCT(…)" or "MAP(…)"; false: it is another type. */
static bool inside(struct span type, const char *word, struct span *ret_inside)
{
    size_t len = strlen(word);
    if (type.len < len + 2 || strncasecmp(type.text, word, len) != 0 ||
        type.text[type.len - 1] != ')')
        return false;
    struct span rest = trim(type.text + len, type.len - len - 1);
    if (rest.len == 0 || rest.text[0] != '(')
        return false;
    *ret_inside = trim(rest.text + 1, rest.len - 1);
    return true;
}

static void skip_blanks(struct walk *walk)
{
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at))
        walk->at++;
}

static bool take(struct walk *walk, char c)
{
    skip_blanks(walk);
    if (walk->at >= walk->end || *walk->at != c)
        return false;
    walk->at++;
    return true;
}

/* A string with its quotes. */
static bool take_string(struct walk *walk, struct span *ret_string)
{
    skip_blanks(walk);
    const char *start = walk->at;
    if (!take(walk, '"'))
        return false;
    for (; walk->at < walk->end && *walk->at != '"'; walk->at++)
        walk->at += *walk->at == '\\';
    if (walk->at >= walk->end)
        return false;
    walk->at++;
    *ret_string = (struct span){start, (size_t)(walk->at - start)};
    return true;
}

static struct span take_word(struct walk *walk)
{
    skip_blanks(walk);
    const char *start = walk->at;
    while (walk->at < walk->end && !strchr(",]} \t\r\n:", *walk->at))
        walk->at++;
    return (struct span){start, (size_t)(walk->at - start)};
}

static bool is_word(struct span span, const char *word)
{
    return span.len == strlen(word) && memcmp(span.text, word, span.len) == 0;
}

static bool fits(const struct text_type *type, const struct text_field *field)
{
    struct column_builder column = {.type = *type};
    char value[16];
    bool truth;
    switch (type->kind) {
    case TEXT_BOOLEAN:
        return text_boolean(field->text, field->len, &truth);
    case TEXT_VARCHAR:
        return true;
    case TEXT_UUID:
        return text_uuid(field->text, field->len);
    case TEXT_BLOB:
    case TEXT_OTHER:
        return false;
    default:
        return text_convert(&column, field, (struct text_marks){.decimal = '.'}, value);
    }
}

static bool check_scalar(struct walk *walk, struct span type)
{
    char name[64];
    struct text_type scalar;
    snprintf(name, sizeof(name), "%.*s", (int)(type.len < 60 ? type.len : 60), type.text);
    if (!text_type_parse(name, &scalar))
        return fail(walk, "the type is not known");
    struct span word;
    bool is_string = take_string(walk, &word);
    if (!is_string)
        word = take_word(walk);
    if (word.len == 0 || (!is_string && strchr("[{", word.text[0])))
        return fail(walk, "an object or a list stands where a value should");
    if (is_word(word, "null")) {
        put(walk, "null", 4);
        return true;
    }
    bool is_truth = is_word(word, "true") || is_word(word, "false");
    struct text_field field = {.text = (char *)word.text + is_string,
                               .len = word.len - 2 * (size_t)is_string,
                               .token = is_string  ? TOKEN_STRING
                                        : is_truth ? TOKEN_TRUTH
                                                   : TOKEN_NUMBER};
    if (!fits(&scalar, &field)) {
        if (walk->reason)
            text_reason(&scalar, &field, (struct text_marks){.decimal = '.'}, walk->reason,
                        walk->reason_size);
        return false;
    }
    put(walk, "\"", !is_string);
    put(walk, word.text, word.len);
    put(walk, "\"", !is_string);
    return true;
}

static bool check_list(struct walk *walk, struct span type)
{
    size_t len = type.len - 1;
    while (len > 0 && type.text[len] != '[')
        len--;
    struct span element = trim(type.text, len);
    long want = strtol(type.text + len + 1, NULL, 10), count = 0;
    if (!take(walk, '['))
        return fail(walk, "it is no list");
    put(walk, "[", 1);
    for (; !take(walk, ']'); count++) {
        if (count > 0 && !take(walk, ','))
            return fail(walk, "a list is not closed");
        put(walk, ",", count > 0);
        if (!check(walk, element))
            return false;
    }
    put(walk, "]", 1);
    return want == 0 || want == count || fail(walk, "the list has another length than the type");
}

/* Parts "name type" of a struct's field; false: there are no more. */
static bool next_field(struct span *fields, struct span *ret_name, struct span *ret_type)
{
    if (fields->len == 0)
        return false;
    struct span part = next_part(fields);
    bool is_quoted = part.len > 0 && part.text[0] == '"';
    size_t len = is_quoted;
    while (len < part.len &&
           (is_quoted ? part.text[len] != '"' : !isspace((unsigned char)part.text[len])))
        len++;
    *ret_name = (struct span){part.text + is_quoted, len - is_quoted};
    len += is_quoted && len < part.len;
    *ret_type = trim(part.text + len, part.len - len);
    return true;
}

/* The type of a struct's field by its name in JSON quotes, and which one it is. */
static bool find_field(struct span fields, struct span key, size_t *ret_index,
                       struct span *ret_type)
{
    struct span name, type;
    for (size_t i = 0; next_field(&fields, &name, &type); i++) {
        if (name.len == key.len - 2 && memcmp(name.text, key.text + 1, name.len) == 0) {
            *ret_index = i;
            *ret_type = type;
            return true;
        }
    }
    return false;
}

static bool take_colon(struct walk *walk, struct span key, bool is_first)
{
    put(walk, ",", !is_first);
    put(walk, key.text, key.len);
    put(walk, ":", 1);
    return take(walk, ':') || fail(walk, "an object is not closed");
}

/* The next key of an object: 1; 0: its end; -1: neither. */
static int next_key(struct walk *walk, bool is_first, struct span *ret_key)
{
    if (take(walk, '}'))
        return 0;
    if ((!is_first && !take(walk, ',')) || !take_string(walk, ret_key))
        return fail(walk, "an object is not closed") - 1;
    return 1;
}

/* Fields that the object has not are null; the engine wants them all. */
static void put_missing(struct walk *walk, struct span fields, const bool *is_seen, bool is_first)
{
    struct span name, type;
    for (size_t i = 0; next_field(&fields, &name, &type); i++) {
        if (is_seen[i])
            continue;
        put(walk, ",", !is_first);
        put(walk, "\"", 1);
        put(walk, name.text, name.len);
        put(walk, "\":null", 6);
        is_first = false;
    }
}

static bool check_struct(struct walk *walk, struct span fields)
{
    bool is_seen[MAX_STRUCT_FIELDS] = {false};
    struct span key, type, rest = fields;
    size_t count = 0, index = 0;
    int got;
    while (next_field(&rest, &key, &type))
        count++;
    if (count > MAX_STRUCT_FIELDS)
        return fail(walk, "the type has too many fields");
    if (!take(walk, '{'))
        return fail(walk, "it is no object");
    put(walk, "{", 1);
    bool is_first = true;
    for (; (got = next_key(walk, is_first, &key)) > 0; is_first = false) {
        if (!find_field(fields, key, &index, &type))
            return fail(walk, "an object has a key that the type has not");
        if (is_seen[index])
            return fail(walk, "an object has the same key twice");
        is_seen[index] = true;
        if (!take_colon(walk, key, is_first) || !check(walk, type))
            return false;
    }
    put_missing(walk, fields, is_seen, is_first);
    put(walk, "}", 1);
    return got == 0;
}

/* The keys are text in JSON, and values of the map's first type. */
static bool check_map(struct walk *walk, struct span types)
{
    struct span value_type = types, key_type = next_part(&value_type), key;
    bool is_first = true;
    int got;
    if (!take(walk, '{'))
        return fail(walk, "it is no object");
    put(walk, "{", 1);
    for (; (got = next_key(walk, is_first, &key)) > 0; is_first = false) {
        struct walk key_walk = {.at = key.text,
                                .end = key.text + key.len,
                                .reason = walk->reason,
                                .reason_size = walk->reason_size};
        if (!check_scalar(&key_walk, key_type) || !take_colon(walk, key, is_first) ||
            !check(walk, trim(value_type.text, value_type.len)))
            return false;
    }
    put(walk, "}", 1);
    return got == 0;
}

/* Any JSON, as it stands. */
static bool check_any(struct walk *walk)
{
    struct span word;
    struct text_number number;
    int got;
    bool is_first = true;
    if (++walk->depth > MAX_DEPTH)
        return fail(walk, "it is nested too deeply");
    if (take(walk, '{')) {
        for (; (got = next_key(walk, is_first, &word)) > 0; is_first = false)
            if (!take(walk, ':') || !check_any(walk))
                return fail(walk, "it is not JSON");
        walk->depth--;
        return got == 0;
    }
    if (take(walk, '[')) {
        for (; !take(walk, ']'); is_first = false)
            if ((!is_first && !take(walk, ',')) || !check_any(walk))
                return fail(walk, "it is not JSON");
        walk->depth--;
        return true;
    }
    walk->depth--;
    if (take_string(walk, &word))
        return true;
    word = take_word(walk);
    return is_word(word, "null") || is_word(word, "true") || is_word(word, "false") ||
           text_number(word.text, word.len, '.', true, &number) || fail(walk, "it is not JSON");
}

static bool check_json(struct walk *walk)
{
    const char *start = walk->at;
    if (!check_any(walk))
        return false;
    put(walk, start, (size_t)(walk->at - start));
    return true;
}

static bool check(struct walk *walk, struct span type)
{
    struct span parts;
    bool fits_type;
    if (++walk->depth > MAX_DEPTH)
        return fail(walk, "it is nested too deeply");
    skip_blanks(walk);
    const char *start = walk->at;
    if (type.len == 4 && strncasecmp(type.text, "JSON", 4) == 0) {
        fits_type = check_json(walk);
    } else if ((size_t)(walk->end - start) >= 4 && memcmp(start, "null", 4) == 0) {
        walk->at += 4;
        put(walk, "null", 4);
        fits_type = true;
    } else if (type.len > 2 && type.text[type.len - 1] == ']') {
        fits_type = check_list(walk, type);
    } else if (inside(type, "STRUCT", &parts)) {
        fits_type = check_struct(walk, parts);
    } else if (inside(type, "MAP", &parts)) {
        fits_type = check_map(walk, parts);
    } else {
        fits_type = check_scalar(walk, type);
    }
    walk->depth--;
    return fits_type;
}

bool text_nested(const char *sql, const char *text, size_t len, struct str *ret_text,
                 char *ret_reason, size_t size)
{
    struct walk walk = {.at = text, .end = text + len, .out = ret_text, .reason_size = size};
    walk.reason = ret_reason;
    if (ret_reason && size > 0)
        ret_reason[0] = '\0';
    if (!check(&walk, trim(sql, strlen(sql))))
        return false;
    skip_blanks(&walk);
    if (walk.at != walk.end)
        return fail(&walk, "something follows the value");
    return !ret_text || !ret_text->is_failed || fail(&walk, "it is too long");
}
