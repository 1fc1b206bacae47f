/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_LOCK_H
#define LEAT_PROJECT_LOCK_H

#include "project/project.h"

/*
 * Schema locks of text sources in words: as JSON for the catalog, which is the truth, and as schema.lock.yaml beside
 * leat.yaml, which is for git: sources by name, one line per column, written by leat only.
 */
#define LOCK_FILE "schema.lock.yaml"

struct lock_entry {
    const char *source; /* "raw.readings" */
    struct source_lock lock;
};
struct lock_entries { /* by source */
    struct lock_entry *items;
    size_t count;
};

char *lock_to_json(const struct source_lock *lock, struct arena *arena);
int lock_from_json(const char *json, struct arena *arena, struct source_lock *ret_lock,
                   struct err *err) WARN_UNUSED;
bool lock_equal(const struct source_lock *a, const struct source_lock *b);

char *lock_file_path(const struct project *project, struct arena *arena);
/* No file gives no entries. What cannot be read is ERR_CONFIG with its place. */
int lock_file_read(const struct project *project, struct arena *arena,
                   struct lock_entries *ret_entries, struct err *err) WARN_UNUSED;
char *lock_file_text(const struct lock_entries *entries, struct arena *arena);
const struct source_lock *lock_entries_find(const struct lock_entries *entries,
                                            const char *source); /* NULL: none */

/*
 * Lines "- temperature BIGINT" and "+ temp_c BIGINT" for what differs, in the order of `was`, then of `is`; a line
 * that begins with ~ for an order that differs. "" when nothing does. Dialects are no part of it.
 */
char *lock_diff(const struct source_lock *was, const struct source_lock *is, struct arena *arena);

#endif
