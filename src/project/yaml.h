/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_YAML_H
#define LEAT_PROJECT_YAML_H

#include "project/project.h"

/*
 * YAML as a tree in an arena, every node with its place. The text is hostile until read: depth,
 * count of nodes (with aliases counted as often as they are used) and size are bounded, a key that is
 * there twice is a mistake, keys are plain text, tags and merge keys are not taken.
 */
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml {
    enum yaml_kind kind;
    bool is_plain; /* scalar without quotes: may be null, a number, true or false */
    bool is_block; /* scalar written with | or >: its text begins on the next line */
    struct place place;
    const char *text;    /* scalar */
    struct yaml **items; /* list: its items; map: its values */
    struct yaml **keys;  /* map: scalars, one per item */
    size_t count;
    size_t weight; /* nodes in this tree, aliases counted each time */
};

#define YAML_MAX_BYTES (1 << 20)
#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES 200000

/*
 * Reads one document of `len` bytes whose first line is line `first_line` of `file`. NULL after a
 * mistake (added to `problems`); an empty document is an empty map.
 */
struct yaml *yaml_parse(const char *file, int first_line, const char *text, size_t len,
                        struct arena *arena, struct problems *problems);

/* The value of a key, or NULL when it is not there. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
bool yaml_is_null(const struct yaml *node); /* empty, null or ~ without quotes */

/*
 * Finds the mistakes that everybody makes, in a text that the parser refused: tabs that indent,
 * values that begin with `*`, `&`, `%`, `@` or a backtick, `${` without quotes between brackets. Gives how many it named.
 */
size_t yaml_explain(const char *file, int first_line, const char *text, size_t len,
                    struct problems *problems);

#endif
