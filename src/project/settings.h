/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_SETTINGS_H
#define LEAT_PROJECT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Every key that leat.yaml, a model's front matter and a unit test may hold, declared once: the reader takes
 * names and choices from here, and `leat docs settings` prints it.
 */
struct setting_doc {
    const char *name;
    const char *type; /* "text", "list of text", "mapping", … for the reader of the docs */
    const char *const *choices; /* NULL-terminated; NULL: any */
    const char *default_text;   /* NULL: none */
    const char *help;           /* one line */
    bool is_later;              /* known, but not in this version: using it is a mistake */
};
struct setting_level {
    const char *name;  /* "source": used in messages */
    const char *where; /* "leat.yaml, below `sources.<name>`" */
    const struct setting_doc *items;
    size_t count;
};

enum setting_level_id {
    LEVEL_PROJECT,
    LEVEL_PARAM,
    LEVEL_SOURCE,
    LEVEL_SERIES,
    LEVEL_GROUP,
    LEVEL_MODEL,
    LEVEL_GRID,
    LEVEL_FILL,
    LEVEL_PARTITION,
    LEVEL_READ,
    LEVEL_COLUMN,
    LEVEL_CHECK,
    LEVEL_ROWS,
    LEVEL_OUTPUT,
    LEVEL_UNIT_TEST,
    LEVEL_COUNT
};
extern const struct setting_level setting_levels[LEVEL_COUNT];

const struct setting_doc *setting_find(const struct setting_level *level,
                                       const char *name); /* NULL: unknown */

#endif
