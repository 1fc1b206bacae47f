/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/dialect.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/*
 * Only what is set is written, in this order, so that equal dialects are equal texts. Packing is no part of how text
 * is written.
 */
#define JSON_BYTES ((size_t)4 << 20)

static void key(struct str *out, const char *name)
{
    str_append(out, out->len > 1 ? "," : "");
    str_append_json(out, name);
    str_append_char(out, ':');
}

static void put_char(struct str *out, const char *name, char c, const char *none)
{
    if (!c)
        return;
    char text[2] = {c, '\0'};
    key(out, name);
    str_append_json(out, none && c == '\1' ? none : text);
}

static void put_number(struct str *out, const char *name, int64_t value)
{
    key(out, name);
    str_appendf(out, "%" PRId64, value);
}

static void put_spans(struct str *out, const struct text_dialect *dialect)
{
    if (!dialect->spans)
        return;
    key(out, "widths");
    for (size_t i = 0; i < dialect->span_count; i++)
        str_appendf(out, "%s[%d,%d]", i ? "," : "[", dialect->spans[i].start,
                    dialect->spans[i].width);
    str_append(out, dialect->span_count ? "]" : "[]");
}

static void put_nulls(struct str *out, const struct text_dialect *dialect)
{
    if (!dialect->null_word_count)
        return;
    key(out, "nulls");
    for (size_t i = 0; i < dialect->null_word_count; i++) {
        str_append_char(out, i ? ',' : '[');
        str_append_json(out, dialect->null_words[i]);
    }
    str_append_char(out, ']');
}

char *text_dialect_json(const struct text_dialect *dialect, struct arena *arena)
{
    AUTO(str_release) struct str out = STR_INIT(JSON_BYTES);
    str_append_char(&out, '{');
    if (dialect->encoding != ENCODING_UNKNOWN) {
        key(&out, "encoding");
        str_append_json(&out, text_encoding_name(dialect->encoding));
    }
    put_char(&out, "delimiter", dialect->delimiter, NULL);
    put_char(&out, "quote", dialect->quote, "none");
    put_char(&out, "comment", dialect->comment, "none");
    if (dialect->header != HEADER_UNKNOWN) {
        key(&out, "header");
        str_append(&out, dialect->header == HEADER_YES ? "true" : "false");
    }
    if (dialect->skip_lines >= 0)
        put_number(&out, "skip", dialect->skip_lines);
    if (dialect->footer_lines >= 0)
        put_number(&out, "footer", dialect->footer_lines);
    put_char(&out, "decimal", dialect->decimal, NULL);
    put_char(&out, "thousands", dialect->thousands, NULL);
    if (dialect->is_trimmed) {
        key(&out, "trim");
        str_append(&out, "true");
    }
    if (dialect->records) {
        key(&out, "records");
        str_append_json(&out, dialect->records);
    }
    put_spans(&out, dialect);
    if (dialect->max_field_bytes > 0)
        put_number(&out, "max_field_bytes", dialect->max_field_bytes);
    put_nulls(&out, dialect);
    str_append_char(&out, '}');
    return arena_strdup(arena, str_text(&out));
}

static void release_json(json_t **json)
{
    json_decref(*json);
}

static int wrong_key(const char *name, struct err *err)
{
    return err_set(err, ERR_DATA, "a dialect's \"%s\" is not what leat writes", name);
}

static int take_char(const json_t *json, const char *name, const char *none, char *ret_c,
                     struct err *err)
{
    const json_t *value = json_object_get(json, name);
    const char *text = json_string_value(value);
    if (!value)
        return 0;
    if (text && none && str_eq(text, none))
        *ret_c = '\1';
    else if (text && strlen(text) == 1)
        *ret_c = *text;
    else
        return wrong_key(name, err);
    return 0;
}

static int take_number(const json_t *json, const char *name, int64_t *ret_value, struct err *err)
{
    const json_t *value = json_object_get(json, name);
    if (!value)
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return wrong_key(name, err);
    *ret_value = json_integer_value(value);
    return 0;
}

static bool take_int(const json_t *value, int min, int *ret_value)
{
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : min - 1;
    if (number < min || number > (1 << 30))
        return false;
    *ret_value = (int)number;
    return true;
}

static int take_spans(const json_t *json, struct arena *arena, struct text_dialect *dialect,
                      struct err *err)
{
    const json_t *list = json_object_get(json, "widths");
    if (!list)
        return 0;
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > TEXT_MAX_FIELDS)
        return wrong_key("widths", err);
    struct text_span *spans = ARENA_ARRAY(arena, struct text_span, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *pair = json_array_get(list, i);
        if (!take_int(json_array_get(pair, 0), 0, &spans[i].start) ||
            !take_int(json_array_get(pair, 1), -1, &spans[i].width))
            return wrong_key("widths", err);
    }
    dialect->spans = spans;
    dialect->span_count = count;
    return 0;
}

static int take_nulls(const json_t *json, struct arena *arena, struct text_dialect *dialect,
                      struct err *err)
{
    const json_t *list = json_object_get(json, "nulls");
    if (!list)
        return 0;
    size_t count = json_array_size(list);
    const char **words = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *word = json_array_get(list, i);
        if (!json_is_string(word))
            return wrong_key("nulls", err);
        words[i] = arena_strdup(arena, json_string_value(word));
    }
    dialect->null_words = words;
    dialect->null_word_count = count;
    return 0;
}

static int take_words(const json_t *json, struct arena *arena, struct text_dialect *dialect,
                      struct err *err)
{
    const json_t *encoding = json_object_get(json, "encoding");
    const json_t *header = json_object_get(json, "header");
    const json_t *records = json_object_get(json, "records");
    if (encoding && (!json_is_string(encoding) ||
                     !text_encoding_find(json_string_value(encoding), &dialect->encoding)))
        return wrong_key("encoding", err);
    if (header && !json_is_boolean(header))
        return wrong_key("header", err);
    if (header)
        dialect->header = json_is_true(header) ? HEADER_YES : HEADER_NO;
    if (records && !json_is_string(records))
        return wrong_key("records", err);
    dialect->records = arena_strdup(arena, json_string_value(records));
    dialect->is_trimmed = json_is_true(json_object_get(json, "trim"));
    return 0;
}

int text_dialect_parse(const char *json, enum text_format format, struct arena *arena,
                       struct text_dialect *ret_dialect, struct err *err)
{
    json_error_t error;
    AUTO(release_json) json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object))
        return err_set(err, ERR_DATA, "a dialect is no JSON object: %s",
                       object ? "it is something else" : error.text);
    struct text_dialect dialect;
    text_dialect_init(&dialect, format);
    TRY(take_char(object, "delimiter", NULL, &dialect.delimiter, err));
    TRY(take_char(object, "quote", "none", &dialect.quote, err));
    TRY(take_char(object, "comment", "none", &dialect.comment, err));
    TRY(take_char(object, "decimal", NULL, &dialect.decimal, err));
    TRY(take_char(object, "thousands", NULL, &dialect.thousands, err));
    TRY(take_number(object, "skip", &dialect.skip_lines, err));
    TRY(take_number(object, "footer", &dialect.footer_lines, err));
    TRY(take_number(object, "max_field_bytes", &dialect.max_field_bytes, err));
    TRY(take_words(object, arena, &dialect, err));
    TRY(take_spans(object, arena, &dialect, err));
    TRY(take_nulls(object, arena, &dialect, err));
    *ret_dialect = dialect;
    return 0;
}
