/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_VALUE_H
#define LEAT_TEXT_JSON_VALUE_H

#include "memory/memory.h"
#include "text/json_scan.h"

#include <stdint.h>

/* Objects and lists within each other. Only for json*.c. */
#define JSON_MAX_DEPTH 128

/* The grammar, a token at a time and without recursion, so that a value of any length can be followed. */
enum json_expect {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END, /* behind [ */
    EXPECT_KEY,
    EXPECT_KEY_OR_END, /* behind { */
    EXPECT_COLON,
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING /* the value is complete */
};
struct json_nest { /* zero: before a value */
    uint64_t is_object[JSON_MAX_DEPTH / 64];
    int depth;
    enum json_expect expect;
};
/* Broken when the token cannot stand here, or the depth is too large. */
int json_nest_step(struct json_nest *nest, struct json_scan *scan, const struct json_token *token);

/* Keys of the objects that are open, to find those that are there twice. */
struct json_key {
    uint64_t hash; /* of the key, escapes undone: two keys with one hash are taken for the same */
    const char *at;
    size_t len;
};
struct json_keys {
    struct json_key *items;
    size_t count, cap;
    struct memory *memory; /* NULL: not counted */
};
void json_keys_release(struct json_keys *keys);
uint64_t json_key_hash(const char *text, size_t len);

/*
 * The rest of an object or list whose first token was just read, `depth` objects deep; `ret_len` from that token's begin.
 * ret_has_blanks: there are blanks between its tokens.
 */
int json_value_rest(struct json_scan *scan, const struct json_token *first, int depth,
                    struct json_keys *keys, size_t *ret_len, bool *ret_has_blanks, struct err *err);
/* Copies a value without the blanks between its tokens; the length. */
size_t json_value_compact(const char *text, size_t len, char *ret_text);

#endif
