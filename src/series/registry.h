/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_REGISTRY_H
#define LEAT_SERIES_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "memory/memory.h"

#include <stdint.h>

/*
 * The series there are: each a set of labels (name and value, sorted by name, no name twice) with a number that stays
 * the same from run to run. Thread-safe where it says so.
 */
struct label {
    const char *name, *value;
};
struct label_set {
    struct label *items;
    size_t count;
};
enum series_kind { SERIES_UNKNOWN, SERIES_NUMBER, SERIES_TEXT };
/* Of a sample, in the order in which files are to be read. */
struct series_place {
    const char *path; /* borrowed; NULL: none, or not known */
    size_t file;      /* its place in that order */
    int64_t row;      /* in the file, from 0 */
};
struct series {
    int64_t id; /* from 1; 0: new, see registry_number() */
    struct label_set labels;
    enum series_kind kind;
    struct series_place first[3];  /* sample of each kind that was noted, by series_kind */
    int64_t first_tick, last_tick; /* of its samples; last < first: none */
    int64_t sample_count;
    size_t index; /* in the registry, in order of registry_find(); what scans give */
};
#define REGISTRY_MAX_SERIES 1000000
#define REGISTRY_MAX_LABELS 256 /* of a series */

struct registry;
struct registry *registry_new(struct memory *memory);
void registry_free(struct registry *registry);
/* A series known from an earlier run; before any scan. Copies. */
int registry_restore(struct registry *registry, const struct series *known,
                     struct err *err) WARN_UNUSED;
/* The same, its labels being an object of JSON. */
int registry_restore_json(struct registry *registry, const struct series *known, const char *labels,
                          struct err *err) WARN_UNUSED;
/*
 * The series with these labels (in any order; sorted in place), made when there is none and `can_add`. Thread-safe. ERR_DATA when a name is
 * there twice or there are too many series, ERR_NOT_FOUND when it may not be added. Never moves.
 */
int registry_find(struct registry *registry, struct label_set *labels, bool can_add,
                  struct series **ret_series, struct err *err) WARN_UNUSED;
/* Adds what one file had of a series. Thread-safe. */
struct series_facts {
    enum series_kind kind;
    int64_t first_tick, last_tick, sample_count;
    struct series_place first; /* sample in the file */
};
/* -1: the series is of the other kind. Of the files that were handed out, the others are to be noted too: see registry_clash(). */
int registry_note(struct registry *registry, struct series *series,
                  const struct series_facts *facts) WARN_UNUSED;
/*
 * The series that is the first, in the order of the files, to have samples of both kinds: the same one whoever noted which file when, if
 * all files up to it were noted. NULL: none. `*ret_place`: where it changes; `*ret_before`: its first sample of the other kind, whose path
 * is NULL when that was in an earlier run: registry_forget(), and note all files, to know it.
 */
const struct series *registry_clash(struct registry *registry, struct series_place *ret_place,
                                    struct series_place *ret_before, enum series_kind *ret_kind);
/* Keeps the series and their numbers, and nothing that was noted of them. */
void registry_forget(struct registry *registry);
/* Gives new series their numbers, after the greatest, in the order of their labels. */
void registry_number(struct registry *registry);
/* Both thread-safe. */
size_t registry_count(struct registry *registry);
struct series *registry_get(struct registry *registry, size_t index);
/* "payload_type=cell_voltage, phase=1, …" for messages, into a buffer. */
void series_describe(const struct series *series, char *buffer, size_t size);

#endif
