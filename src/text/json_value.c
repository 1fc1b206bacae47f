/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_value.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST_KEYS 64
#define FEW_KEYS 12 /* so many are compared with each other, more are sorted */
#define SHORT_KEY_BYTES 1024
#define MAX_KEYS ((size_t)1 << 20)
#define SHOWN_BYTES 60

static bool is_in_object(const struct json_nest *nest)
{
    int top = nest->depth - 1;
    return nest->is_object[top / 64] >> (top % 64) & 1;
}

static int open_value(struct json_nest *nest, struct json_scan *scan,
                      const struct json_token *token)
{
    if (nest->depth == JSON_MAX_DEPTH)
        return json_scan_broken(scan, token->begin, "found more than %d levels of nesting",
                                JSON_MAX_DEPTH);
    uint64_t bit = UINT64_C(1) << (nest->depth % 64);
    if (token->kind == JSON_OBJECT)
        nest->is_object[nest->depth / 64] |= bit;
    else
        nest->is_object[nest->depth / 64] &= ~bit;
    nest->depth++;
    nest->expect = token->kind == JSON_OBJECT ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return 0;
}

static void end_value(struct json_nest *nest)
{
    nest->expect = nest->depth > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static int close_value(struct json_nest *nest)
{
    nest->depth--;
    end_value(nest);
    return 0;
}

static int step_value(struct json_nest *nest, struct json_scan *scan,
                      const struct json_token *token)
{
    switch (token->kind) {
    case JSON_OBJECT:
    case JSON_LIST:
        return open_value(nest, scan, token);
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUTH:
    case JSON_NULL:
        end_value(nest);
        return 0;
    case JSON_LIST_END:
        if (nest->expect == EXPECT_VALUE_OR_END)
            return close_value(nest);
        return json_scan_expected(scan, token, "a value");
    default:
        return json_scan_expected(scan, token, "a value");
    }
}

static int step_behind(struct json_nest *nest, struct json_scan *scan,
                       const struct json_token *token)
{
    bool is_object = is_in_object(nest);
    if (token->kind == JSON_COMMA) {
        nest->expect = is_object ? EXPECT_KEY : EXPECT_VALUE;
        return 0;
    }
    if (token->kind == (is_object ? JSON_OBJECT_END : JSON_LIST_END))
        return close_value(nest);
    return json_scan_expected(scan, token, is_object ? "\",\" or \"}\"" : "\",\" or \"]\"");
}

int json_nest_step(struct json_nest *nest, struct json_scan *scan, const struct json_token *token)
{
    switch (nest->expect) {
    case EXPECT_VALUE:
    case EXPECT_VALUE_OR_END:
        return step_value(nest, scan, token);
    case EXPECT_KEY:
    case EXPECT_KEY_OR_END:
        if (token->kind == JSON_OBJECT_END && nest->expect == EXPECT_KEY_OR_END)
            return close_value(nest);
        if (token->kind != JSON_STRING)
            return json_scan_expected(scan, token, "a key in double quotes");
        nest->expect = EXPECT_COLON;
        return 0;
    case EXPECT_COLON:
        if (token->kind != JSON_COLON)
            return json_scan_expected(scan, token, "\":\"");
        nest->expect = EXPECT_VALUE;
        return 0;
    case EXPECT_COMMA_OR_END:
        return step_behind(nest, scan, token);
    default:
        return json_scan_expected(scan, token, "nothing more");
    }
}

void json_keys_release(struct json_keys *keys)
{
    if (keys->memory && keys->cap > 0)
        memory_release(keys->memory, (int64_t)(keys->cap * sizeof(*keys->items)));
    free(keys->items);
    *keys = (struct json_keys){.memory = keys->memory};
}

static int grow_keys(struct json_keys *keys, struct err *err)
{
    size_t cap = keys->cap ? 2 * keys->cap : FIRST_KEYS;
    int64_t more = (int64_t)((cap - keys->cap) * sizeof(*keys->items));
    if (keys->memory)
        TRY(memory_reserve(keys->memory, more, "the keys of a record of JSON", err));
    struct json_key *items = realloc(keys->items, cap * sizeof(*items));
    if (!items) {
        if (keys->memory)
            memory_release(keys->memory, more);
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory for the keys of a record of JSON");
    }
    keys->items = items;
    keys->cap = cap;
    return 0;
}

uint64_t json_key_hash(const char *text, size_t len)
{
    return XXH3_64bits(text, len);
}

/* Keys too long for the stack are compared as they are written. */
static uint64_t hash_written(const struct json_token *key)
{
    char plain[SHORT_KEY_BYTES];
    if (!key->has_escapes || key->len > sizeof(plain))
        return json_key_hash(key->text, key->len);
    return json_key_hash(plain, json_unescape(key->text, key->len, plain));
}

static int by_hash(const void *a, const void *b)
{
    const struct json_key *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

/* One of the keys that is there twice, or NULL. */
static const struct json_key *find_twice(struct json_key *keys, size_t count)
{
    if (count > FEW_KEYS) {
        qsort(keys, count, sizeof(*keys), by_hash);
        for (size_t i = 1; i < count; i++)
            if (keys[i].hash == keys[i - 1].hash)
                return keys[i].at > keys[i - 1].at ? &keys[i] : &keys[i - 1];
        return NULL;
    }
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (keys[i].hash == keys[k].hash)
                return &keys[i];
    return NULL;
}

static void check_twice(struct json_scan *scan, struct json_key *keys, size_t count)
{
    const struct json_key *twice = find_twice(keys, count);
    if (twice)
        json_scan_wrong(scan, twice->at - 1, "the key \"%.*s\" is there twice in one object",
                        utf8_prefix(twice->at, twice->len, SHOWN_BYTES), twice->at);
}

static int push_key(struct json_scan *scan, struct json_keys *keys, const struct json_token *key,
                    struct err *err)
{
    if (scan->message[0] != '\0') /* the record is wrong anyhow */
        return 0;
    if (keys->count == MAX_KEYS) {
        json_scan_wrong(scan, key->begin, "found more than %zu keys in one value", MAX_KEYS);
        return 0;
    }
    if (keys->count == keys->cap && grow_keys(keys, err) != 0) {
        scan->stop = JSON_FAILED;
        return -1;
    }
    keys->items[keys->count++] =
        (struct json_key){.hash = hash_written(key), .at = key->text, .len = key->len};
    return 0;
}

/* The keys of each open object begin at starts[its depth]. */
static int follow_keys(struct json_scan *scan, const struct json_nest *nest,
                       const struct json_token *token, size_t *starts, struct json_keys *keys,
                       struct err *err)
{
    if (token->kind == JSON_OBJECT) {
        starts[nest->depth] = keys->count;
    } else if (token->kind == JSON_OBJECT_END) {
        size_t start = starts[nest->depth + 1];
        if (keys->count > start + 1)
            check_twice(scan, keys->items + start, keys->count - start);
        keys->count = start;
    } else if (token->kind == JSON_STRING && nest->expect == EXPECT_COLON) {
        return push_key(scan, keys, token, err);
    }
    return 0;
}

int json_value_rest(struct json_scan *scan, const struct json_token *first, int depth,
                    struct json_keys *keys, size_t *ret_len, bool *ret_has_blanks, struct err *err)
{
    struct json_nest nest = {.depth = depth};
    size_t starts[JSON_MAX_DEPTH + 1];
    struct json_token token = *first;
    const char *behind = first->begin;
    bool has_blanks = false;
    keys->count = 0;
    for (;;) {
        TRY(json_nest_step(&nest, scan, &token));
        TRY(follow_keys(scan, &nest, &token, starts, keys, err));
        has_blanks |= token.begin != behind;
        behind = scan->at;
        if (nest.depth == depth)
            break;
        TRY(json_scan_token(scan, &token));
    }
    *ret_len = (size_t)(behind - first->begin);
    *ret_has_blanks = has_blanks;
    return 0;
}

size_t json_value_compact(const char *text, size_t len, char *ret_text)
{
    char *out = ret_text;
    bool is_in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!is_in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
            continue;
        *out++ = c;
        if (c == '"')
            is_in_string = !is_in_string;
        else if (c == '\\' && i + 1 < len)
            *out++ = text[++i];
    }
    return (size_t)(out - ret_text);
}
