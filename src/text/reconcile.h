/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_RECONCILE_H
#define LEAT_TEXT_RECONCILE_H

#include "text/table.h"

#include <pthread.h>

/* The columns of the table, as they come together. Only for open.c, reconcile.c, drift.c, marks.c and infer*.c. */
struct reconciling {
    const struct text_source *source;
    struct arena *arena;
    struct text_table *table;
    VEC(struct text_column) columns;
    VEC(struct text_change) changes;
    VEC(bool) is_seen;  /* by column: some file has it */
    struct map by_name; /* in lower case, to its index */
};
/* Index of the column of that name (case aside), or -1. */
int reconcile_find(const struct reconciling *all, const char *name);
int reconcile_add(struct reconciling *all, struct text_column column);
/* The columns of all files; fills table->columns, names, changes and the files' column_of. */
int text_reconcile(const struct text_source *source, struct arena *arena, struct text_table *table,
                   struct err *err) WARN_UNUSED;
/* The differences of one file from the lock; `extra` are fields without a column, in order. */
void reconcile_drift(struct reconciling *all, struct text_input_file *file, int *column_of,
                     const int *missing, size_t missing_count);
void text_change_add(struct arena *arena, struct text_table *table, struct text_change change);
/* Lower case (ASCII), as SQL compares names. */
char *text_fold(struct arena *arena, const char *name);

/* marks.c: the decimal mark of each file by what is said and by the lock. 0: only its values tell. */
void text_marks_find(const struct text_source *source, struct arena *arena,
                     struct text_table *table);
bool text_marks_matter(const struct text_column *column);
/* ... by the values of the file; the typings are those of its fields, with marks not settled. */
char text_marks_decide(const struct text_typing *typings, size_t count);

/* open.c: what the streams need, once all columns are typed. */
void text_table_end(struct arena *arena, struct text_table *table);

/* What the streams find out together. */
struct text_findings {
    pthread_mutex_t lock;
    struct text_typing *typings; /* by column */
    struct text_note {
        bool has_value, has_fraction, has_exponent;
    } * notes; /* by column */
    size_t count;
};

#endif
