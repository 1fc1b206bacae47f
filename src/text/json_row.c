/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_row.h"
#include "base/alloc.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 60
#define FIRST_SCRATCH_BYTES ((size_t)64 << 10)

void json_row_init(struct json_row *row, struct text_names *published,
                   const struct text_names *known, int64_t max_field_bytes, struct memory *memory)
{
    *row = (struct json_row){.max_field_bytes =
                                 (size_t)(max_field_bytes ? max_field_bytes : TEXT_MAX_FIELD_BYTES),
                             .keys.memory = memory,
                             .memory = memory};
    json_names_init(&row->names, published, known);
}

static void free_scratch(struct json_row *row)
{
    if (row->memory && row->scratch_cap > 0)
        memory_release(row->memory, (int64_t)row->scratch_cap);
    free(row->scratch);
    row->scratch = NULL;
    row->scratch_cap = 0;
}

void json_row_release(struct json_row *row)
{
    free_scratch(row);
    free(row->fields);
    json_keys_release(&row->keys);
    json_names_release(&row->names);
}

/* Makes room for all texts of a record of so many bytes; only while there is none, so that texts never move. */
static int grow_scratch(struct json_row *row, size_t record_bytes, struct err *err)
{
    size_t cap = FIRST_SCRATCH_BYTES;
    while (cap < record_bytes)
        cap *= 2;
    free_scratch(row);
    if (row->memory)
        TRY(memory_reserve(row->memory, (int64_t)cap, "the texts of a record of JSON", err));
    row->scratch = malloc(cap);
    if (!row->scratch) {
        if (row->memory)
            memory_release(row->memory, (int64_t)cap);
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory for a record of JSON");
    }
    row->scratch_cap = cap;
    return 0;
}

static char *scratch_for(struct json_row *row, struct json_scan *scan, size_t len, struct err *err)
{
    size_t record_bytes = (size_t)(scan->end - row->begin);
    if (row->scratch_len == 0 && row->scratch_cap < record_bytes &&
        grow_scratch(row, record_bytes, err) != 0) {
        scan->stop = JSON_FAILED;
        return NULL;
    }
    char *text = row->scratch + row->scratch_len;
    row->scratch_len += len;
    return text;
}

static void clear_fields(struct json_row *row)
{
    static char nothing[1];
    for (size_t i = 0; i < row->names.count; i++)
        row->fields[i] = (struct text_field){.text = nothing, .token = TOKEN_NULL};
}

static void grow_fields(struct json_row *row)
{
    struct text_field *fields = realloc(row->fields, row->names.cap * sizeof(*fields));
    if (!fields)
        alloc_die("out of memory for the fields of JSON");
    row->fields = fields;
    row->field_cap = row->names.cap;
}

/* Records of one file mostly have the same keys in the same order, so the one that came next last time is tried first. */
static bool guess_key(const struct json_row *row, struct json_scan *scan, size_t *ret_index)
{
    const struct json_names *names = &row->names;
    size_t index = row->last == JSON_NO_NAME ? row->first : names->items[row->last].follower;
    if (index >= names->known || !names->items[index].is_plain)
        return false;
    const struct json_name *name = &names->items[index];
    json_scan_blanks(scan);
    if ((size_t)(scan->end - scan->at) < name->len + 2 || *scan->at != '"' ||
        scan->at[name->len + 1] != '"' || memcmp(scan->at + 1, name->text, name->len) != 0)
        return false;
    scan->at += name->len + 2;
    *ret_index = index;
    return true;
}

static int find_key(struct json_row *row, struct json_scan *scan, const struct json_token *key,
                    size_t *ret_index, struct err *err)
{
    const char *text = key->text;
    size_t len = key->len;
    *ret_index = JSON_NO_NAME;
    if (len == 0)
        json_scan_wrong(scan, key->begin, "found an empty key, which names no column");
    if (scan->message[0] != '\0')
        return 0;
    if (key->has_escapes) {
        char *plain = scratch_for(row, scan, len, err);
        if (!plain)
            return -1;
        len = json_unescape(text, len, plain);
        text = plain;
    }
    *ret_index = json_names_find(&row->names, text, len);
    if (*ret_index == JSON_NO_NAME)
        json_scan_wrong(scan, key->begin, "found a key beyond the %d that a file may have",
                        TEXT_MAX_FIELDS);
    return 0;
}

/* The key at `at` was read over: the value behind it goes to its field. */
static void enter_field(struct json_row *row, struct json_scan *scan, const char *at, size_t index)
{
    struct json_names *names = &row->names;
    scan->field = index;
    if (index == JSON_NO_NAME)
        return;
    struct json_name *name = &names->items[index];
    if (name->record == row->number)
        json_scan_wrong(scan, at, "the key \"%.*s\" is there twice",
                        utf8_prefix(name->text, name->len, SHOWN_BYTES), name->text);
    name->record = row->number;
    if (row->last == JSON_NO_NAME)
        row->first = index;
    else
        names->items[row->last].follower = index;
    row->last = index;
    if (row->field_cap < names->cap)
        grow_fields(row);
    row->fields[index] = (struct text_field){.token = TOKEN_NULL};
}

static int read_key(struct json_row *row, struct json_scan *scan, struct err *err)
{
    size_t index;
    const char *at;
    if (guess_key(row, scan, &index)) {
        at = scan->at - row->names.items[index].len - 2;
    } else {
        struct json_token key;
        TRY(json_scan_token(scan, &key));
        if (key.kind != JSON_STRING)
            return json_scan_expected(scan, &key, "a key in double quotes");
        TRY(find_key(row, scan, &key, &index, err));
        at = key.begin;
    }
    enter_field(row, scan, at, index);
    struct json_token colon;
    if (json_scan_byte(scan, JSON_COLON))
        return 0;
    TRY(json_scan_token(scan, &colon));
    return colon.kind == JSON_COLON ? 0 : json_scan_expected(scan, &colon, "\":\"");
}

/* A text that stands in the record in another form than it has. */
static int rewrite(struct json_row *row, struct json_scan *scan, struct text_field *field,
                   size_t (*form)(const char *, size_t, char *), struct err *err)
{
    if (scan->message[0] != '\0')
        return 0;
    char *text = scratch_for(row, scan, field->len, err);
    if (!text)
        return -1;
    field->len = form(field->text, field->len, text);
    field->text = text;
    return 0;
}

static int read_nested(struct json_row *row, struct json_scan *scan, const struct json_token *token,
                       struct text_field *ret_field, struct err *err)
{
    bool has_blanks;
    ret_field->token = TOKEN_NESTED;
    TRY(json_value_rest(scan, token, 1, &row->keys, &ret_field->len, &has_blanks, err));
    return has_blanks ? rewrite(row, scan, ret_field, json_value_compact, err) : 0;
}

static int read_value(struct json_row *row, struct json_scan *scan, struct text_field *ret_field,
                      struct err *err)
{
    struct json_token token;
    TRY(json_scan_token(scan, &token));
    *ret_field = (struct text_field){.text = (char *)token.text, .len = token.len};
    switch (token.kind) {
    case JSON_STRING:
        ret_field->token = TOKEN_STRING;
        if (token.has_escapes)
            TRY(rewrite(row, scan, ret_field, json_unescape, err));
        break;
    case JSON_NUMBER:
        ret_field->token = TOKEN_NUMBER;
        break;
    case JSON_TRUTH:
        ret_field->token = TOKEN_TRUTH;
        break;
    case JSON_NULL:
        ret_field->token = TOKEN_NULL;
        ret_field->len = 0;
        break;
    case JSON_OBJECT:
    case JSON_LIST:
        TRY(read_nested(row, scan, &token, ret_field, err));
        break;
    default:
        return json_scan_expected(scan, &token, "a value");
    }
    if (ret_field->len > row->max_field_bytes)
        json_scan_wrong(scan, token.begin,
                        "found a field of %zu bytes, and at most %zu can be read", ret_field->len,
                        row->max_field_bytes);
    return 0;
}

static int read_members(struct json_row *row, struct json_scan *scan, struct err *err)
{
    json_scan_blanks(scan);
    if (*scan->at == JSON_OBJECT_END && scan->at < scan->end) {
        scan->at++;
        return 0;
    }
    for (;;) {
        struct text_field value;
        struct json_token token;
        TRY(read_key(row, scan, err));
        TRY(read_value(row, scan, &value, err));
        if (scan->field != JSON_NO_NAME)
            row->fields[scan->field] = value;
        if (json_scan_byte(scan, JSON_COMMA))
            continue;
        TRY(json_scan_token(scan, &token));
        if (token.kind == JSON_OBJECT_END)
            return 0;
        if (token.kind != JSON_COMMA)
            return json_scan_expected(scan, &token, "\",\" or \"}\"");
    }
}

static const char *kind_name(enum json_kind kind)
{
    switch (kind) {
    case JSON_LIST:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_NUMBER:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

static int read_other(struct json_row *row, struct json_scan *scan, const struct json_token *token,
                      struct err *err)
{
    size_t len;
    bool has_blanks;
    switch (token->kind) {
    case JSON_LIST:
        TRY(json_value_rest(scan, token, 0, &row->keys, &len, &has_blanks, err));
        break;
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUTH:
    case JSON_NULL:
        break;
    default:
        return json_scan_expected(scan, token, "an object");
    }
    json_scan_wrong(scan, token->begin, "found %s, expected an object", kind_name(token->kind));
    return 0;
}

static int read_record(struct json_row *row, struct json_scan *scan, struct err *err)
{
    struct json_token token;
    TRY(json_scan_token(scan, &token));
    if (token.kind != JSON_OBJECT)
        return read_other(row, scan, &token, err);
    TRY(read_members(row, scan, err));
    if (scan->message[0] == '\0' && !json_names_keep(&row->names))
        json_scan_wrong(scan, token.begin, "the keys of the file are longer than %zu bytes",
                        JSON_MAX_NAMES_BYTES);
    return 0;
}

int json_row_read(struct json_row *row, struct json_scan *scan, struct err *err)
{
    row->begin = scan->at;
    row->number++;
    row->last = JSON_NO_NAME;
    row->scratch_len = 0;
    scan->field = JSON_NO_NAME;
    if (row->field_cap < row->names.cap)
        grow_fields(row);
    clear_fields(row);
    int failed = read_record(row, scan, err);
    json_names_drop(&row->names);
    if (scan->message_field > row->names.count)
        scan->message_field = row->names.count;
    return failed;
}
