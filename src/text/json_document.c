/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_reader.h"
#include "text/utf8.h"

#include <string.h>

#define MAX_PATH_STEPS 32
#define MAX_KEY_BYTES 4096

/* Steps are parted by dots; a backslash before a dot or a backslash makes it part of the name. */
int json_path_parse(struct json_reader *reader, const char *path, struct err *err)
{
    reader->path = ARENA_ARRAY(&reader->arena, struct json_key_name, MAX_PATH_STEPS);
    if (*path == '\0')
        return 0;
    if (strlen(path) > MAX_KEY_BYTES)
        return err_set(err, ERR_CONFIG, "the path to the records is longer than %d bytes",
                       MAX_KEY_BYTES);
    for (;;) {
        if (reader->path_len == MAX_PATH_STEPS)
            return err_set(err, ERR_CONFIG, "the path \"%s\" has more than %d steps", path,
                           MAX_PATH_STEPS);
        char *text = arena_strdup(&reader->arena, path);
        size_t len = 0;
        for (; *path && *path != '.'; path++) {
            if (*path == '\\' && (path[1] == '.' || path[1] == '\\'))
                path++;
            text[len++] = *path;
        }
        text[len] = '\0';
        reader->path[reader->path_len++] = (struct json_key_name){.text = text, .len = len};
        if (*path++ == '\0')
            return 0;
    }
}

static const char *at_of(const struct json_reader *reader)
{
    return reader->buffer + reader->begin;
}

/* Why a scan stopped: more bytes are fetched, anything else is an error. */
static int go_on(struct json_reader *reader, const struct json_scan *scan, struct err *err)
{
    if (scan->stop == JSON_FAILED)
        return -1;
    if (scan->stop == JSON_NEEDS_MORE)
        return json_reader_fill(reader, err);
    return json_reader_fail(reader, scan->message_at, err, "%s", scan->message);
}

int json_document_token(struct json_reader *reader, struct json_token *ret_token, struct err *err)
{
    for (;;) {
        struct json_scan scan;
        json_reader_scan(reader, reader->end, "file", &scan);
        int stopped = json_scan_token(&scan, ret_token);
        if (stopped == 0 && scan.message[0] == '\0') {
            reader->begin = (size_t)(scan.at - reader->buffer);
            return 0;
        }
        if (stopped == 0)
            return json_reader_fail(reader, scan.message_at, err, "%s", scan.message);
        TRY(go_on(reader, &scan, err));
    }
}

static int expected(struct json_reader *reader, const struct json_token *found, const char *what,
                    struct err *err)
{
    struct json_scan scan;
    json_reader_scan(reader, reader->end, "file", &scan);
    (void)json_scan_expected(&scan, found, what);
    return json_reader_fail(reader, found->begin, err, "%s", scan.message);
}

/*
 * Reads over a value, however long it is; `first` is its first token. ret_has_records: it is a list that begins with an
 * object.
 */
static int skip_value(struct json_reader *reader, struct json_token first, bool *ret_has_records,
                      struct err *err)
{
    struct json_nest nest = {0};
    bool was_list = first.kind == JSON_LIST;
    for (int tokens = 0;; tokens += tokens < 2) {
        struct json_scan scan;
        json_reader_scan(reader, reader->end, "file", &scan);
        if (json_nest_step(&nest, &scan, &first) != 0)
            return json_reader_fail(reader, scan.message_at, err, "%s", scan.message);
        if (tokens == 1)
            *ret_has_records = was_list && first.kind == JSON_OBJECT;
        if (nest.expect == EXPECT_NOTHING)
            return 0;
        TRY(json_document_token(reader, &first, err));
    }
}

static bool is_key(const struct json_token *token, const struct json_key_name *name)
{
    char plain[MAX_KEY_BYTES];
    if (!token->has_escapes)
        return token->len == name->len && memcmp(token->text, name->text, name->len) == 0;
    return token->len <= sizeof(plain) &&
           json_unescape(token->text, token->len, plain) == name->len &&
           memcmp(plain, name->text, name->len) == 0;
}

/* Reads a key and its colon; the key's text does not outlive the call, so it is compared here. */
static int read_key(struct json_reader *reader, const struct json_token *key,
                    const struct json_key_name *name, bool *ret_is_name, struct err *err)
{
    struct json_token colon;
    if (key->kind != JSON_STRING)
        return expected(reader, key, "a key in double quotes", err);
    *ret_is_name = is_key(key, name);
    TRY(json_document_token(reader, &colon, err));
    return colon.kind == JSON_COLON ? 0 : expected(reader, &colon, "\":\"", err);
}

static int not_found(struct json_reader *reader, const struct json_token *at, size_t step,
                     struct err *err)
{
    json_reader_fail(reader, at->begin, err, "found no key \"%.200s\" in the object that ends here",
                     reader->path[step].text);
    return err_hint(err, "Set `records:` of the source to the path to its list of records.");
}

/* Goes to the value of the step's key in the object that was just opened. */
static int find_step(struct json_reader *reader, size_t step, struct err *err)
{
    struct json_token token;
    TRY(json_document_token(reader, &token, err));
    if (token.kind == JSON_OBJECT_END)
        return not_found(reader, &token, step, err);
    for (;;) {
        bool is_step = false, has_records = false;
        TRY(read_key(reader, &token, &reader->path[step], &is_step, err));
        if (is_step)
            return 0;
        TRY(json_document_token(reader, &token, err));
        TRY(skip_value(reader, token, &has_records, err));
        TRY(json_document_token(reader, &token, err));
        if (token.kind == JSON_OBJECT_END)
            return not_found(reader, &token, step, err);
        if (token.kind != JSON_COMMA)
            return expected(reader, &token, "\",\" or \"}\"", err);
        TRY(json_document_token(reader, &token, err));
    }
}

/* The first bytes that are no blanks, without reading over them; JSON_END at the end. */
static int peek(struct json_reader *reader, char *ret_byte, struct err *err)
{
    for (;;) {
        struct json_scan scan;
        json_reader_scan(reader, reader->end, "file", &scan);
        json_scan_blanks(&scan);
        reader->begin = (size_t)(scan.at - reader->buffer);
        if (scan.at < scan.end || reader->is_last) {
            *ret_byte = *scan.at;
            return 0;
        }
        TRY(json_reader_fill(reader, err));
    }
}

/* To the records: behind the [ of their list, or before the one object. */
static int begin_records(struct json_reader *reader, struct err *err)
{
    struct json_token token;
    for (size_t step = 0; step < reader->path_len; step++) {
        TRY(json_document_token(reader, &token, err));
        if (token.kind != JSON_OBJECT)
            return expected(reader, &token, "an object on the path to the records", err);
        TRY(find_step(reader, step, err));
    }
    char byte;
    TRY(peek(reader, &byte, err));
    if (byte == JSON_OBJECT) {
        reader->state = JSON_BEHIND_ONE;
        return 0;
    }
    TRY(json_document_token(reader, &token, err));
    if (token.kind != JSON_LIST)
        return expected(reader, &token, "a list of records, or one object", err);
    reader->state = JSON_FIRST;
    return 0;
}

static int second_list(struct json_reader *reader, const char *at, struct err *err)
{
    json_reader_fail(reader, at, err, "found a second list of objects, which ends here");
    return err_hint(err, "Set `records:` of the source to the path to its list of records.");
}

/* Behind the records, or an object that holds them: the rest of the object around it. */
static int end_step(struct json_reader *reader, size_t step, struct err *err)
{
    for (;;) {
        struct json_token token;
        bool is_step = false, has_records = false;
        TRY(json_document_token(reader, &token, err));
        if (token.kind == JSON_OBJECT_END)
            return 0;
        if (token.kind != JSON_COMMA)
            return expected(reader, &token, "\",\" or \"}\"", err);
        TRY(json_document_token(reader, &token, err));
        TRY(read_key(reader, &token, &reader->path[step], &is_step, err));
        if (is_step)
            return json_reader_fail(reader, at_of(reader), err, "the key \"%.200s\" is there twice",
                                    reader->path[step].text);
        TRY(json_document_token(reader, &token, err));
        TRY(skip_value(reader, token, &has_records, err));
        if (has_records && step == 0 && reader->head->is_guess)
            return second_list(reader, at_of(reader), err);
    }
}

static int end_records(struct json_reader *reader, struct err *err)
{
    struct json_token token;
    for (size_t step = reader->path_len; step-- > 0;)
        TRY(end_step(reader, step, err));
    TRY(json_document_token(reader, &token, err));
    if (token.kind != JSON_END) {
        (void)expected(reader, &token, "the end of the file", err);
        return err_hint(err, "If each line of the file is a record, declare `format: jsonl`.");
    }
    reader->state = JSON_DONE;
    return 0;
}

static int read_record(struct json_reader *reader, struct text_record *ret_record, struct err *err)
{
    struct json_scan scan;
    for (;;) {
        json_reader_scan(reader, reader->end, "file", &scan);
        if (json_row_read(&reader->row, &scan, err) == 0)
            break;
        TRY(go_on(reader, &scan, err));
    }
    json_reader_count(reader, at_of(reader));
    json_reader_give(reader, &scan, at_of(reader), scan.at, ret_record);
    json_reader_count(reader, scan.at);
    reader->begin = (size_t)(scan.at - reader->buffer);
    reader->base.position = reader->offset + (int64_t)reader->begin;
    return 1;
}

/* In the list: to the next record, or behind its end. */
static int next_in_list(struct json_reader *reader, bool *ret_has_record, struct err *err)
{
    struct json_token token;
    char byte;
    *ret_has_record = true;
    if (reader->state == JSON_FIRST) {
        TRY(peek(reader, &byte, err));
        *ret_has_record = byte != JSON_LIST_END;
        reader->state = JSON_BEHIND;
        if (*ret_has_record)
            return 0;
    }
    TRY(json_document_token(reader, &token, err));
    if (token.kind == JSON_COMMA) {
        TRY(peek(reader, &byte, err)); /* blanks are no part of a record */
        return 0;
    }
    *ret_has_record = false;
    return token.kind == JSON_LIST_END ? 0 : expected(reader, &token, "\",\" or \"]\"", err);
}

int json_document_next(struct json_reader *reader, struct text_record *ret_record, struct err *err)
{
    bool has_record;
    switch (reader->state) {
    case JSON_BEFORE:
        TRY(begin_records(reader, err));
        if (reader->state == JSON_BEHIND_ONE)
            return read_record(reader, ret_record, err);
        __attribute__((fallthrough));
    case JSON_FIRST:
    case JSON_BEHIND:
        TRY(next_in_list(reader, &has_record, err));
        if (has_record)
            return read_record(reader, ret_record, err);
        TRY(end_records(reader, err));
        return 0;
    case JSON_BEHIND_ONE:
        TRY(end_records(reader, err));
        return 0;
    default:
        return 0;
    }
}
