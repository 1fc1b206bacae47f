/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_NAMES_H
#define LEAT_TEXT_JSON_NAMES_H

#include "base/arena.h"
#include "text/reader.h"

/*
 * The keys of a file's records, in the order in which they first appear. Keys that a record brings are pending until it is
 * known to be right, so that a broken record makes no columns. Only for json*.c.
 */
struct json_name {
    const char *text; /* of a pending one: borrowed from the record */
    size_t len, slot;
    uint64_t hash;
    size_t follower; /* the name that came behind this one last time: guessed first */
    int64_t record;  /* the last one that had it */
    bool is_plain;   /* stands in JSON as it is */
};
struct json_names {
    struct json_name *items;
    size_t count, known, cap; /* items[known, count) are pending */
    size_t *slots;            /* by hash: index + 1, 0 is free */
    size_t slot_count;
    size_t text_bytes;
    struct arena arena;
    struct text_names *published; /* the reader's */
    size_t published_cap;
};
#define JSON_MAX_NAMES_BYTES ((size_t)4 << 20) /* of all names */
#define JSON_NO_NAME ((size_t)-1)

void json_names_init(struct json_names *names, struct text_names *published,
                     const struct text_names *known);
void json_names_release(struct json_names *names);
/* The index of a key; a new one becomes pending, and must stay readable until keep() or drop(). JSON_NO_NAME: there are too many. */
size_t json_names_find(struct json_names *names, const char *text, size_t len);
/* False when the pending ones are too long. */
bool json_names_keep(struct json_names *names);
void json_names_drop(struct json_names *names);

#endif
