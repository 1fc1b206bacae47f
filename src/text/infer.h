/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_INFER_H
#define LEAT_TEXT_INFER_H

#include "text/reconcile.h"
#include "text/rows.h"

/* The first pass. Only for infer*.c. */
struct file_typing {             /* of one file, until all of its splits were read */
    struct text_typing *typings; /* by field */
    size_t splits_left;
};
struct key { /* JSON */
    const char *name;
    size_t split, index; /* where it was first seen */
    struct text_typing typing;
};
struct inference {
    const struct text_source *source;
    struct text_table *table;
    struct arena *arena;   /* used under the lock */
    bool checks_doubles;   /* a second time, for the columns where it matters */
    const bool *is_wanted; /* by column: the second time; NULL: whatever is not typed */
    const size_t *jobs;    /* splits to be read, in order */
    size_t job_count;
    atomic_size_t next_job;
    pthread_mutex_t lock;     /* of what follows */
    atomic_size_t failed_job; /* the first in order */
    struct err err;
    struct file_typing *files;
    struct text_typing *columns; /* by column */
    size_t *uncertain;           /* by column: 1 + the first file whose mark is uncertain */
    VEC(struct key *) keys;
    struct map keys_by_name;
};
/* infer_split.c: reads one split and adds what it finds to the whole. */
int infer_split(struct inference *all, size_t job, struct err *err) WARN_UNUSED;
/* infer_json.c */
int infer_json_split(struct inference *all, struct text_rows *rows, size_t job,
                     struct err *err) WARN_UNUSED;
/* The columns of the table by the keys that were found. */
int infer_json_columns(struct inference *all, struct err *err) WARN_UNUSED;
bool infer_is_stopped(const struct inference *all, size_t job);

#endif
