/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_TABLE_H
#define LEAT_TEXT_TABLE_H

#include "base/batch.h"
#include "text/input.h"
#include "text/reader.h"
#include "text/reject.h"
#include "text/typing.h"

#include <stdatomic.h>

/*
 * Files of text as one typed table. text_open() detects each file and reconciles them: columns are
 * matched by name, in the order of the lock or of the first file. Where the lock is known that is all, and one pass
 * over the rows follows; else text_infer() reads every record once and finds the types. Then each
 * split is a stream of batches of its own; several can be read at a time, and one after the other
 * they give the rows in order.
 */
struct text_column {
    const char *name;
    struct text_type type; /* kind TEXT_VARCHAR and !is_typed: to be found out */
    bool is_typed;         /* declared or locked */
    bool is_declared;
};
struct text_source {  /* what is said of it; borrowed by everything below */
    const char *name; /* "raw.readings", for messages */
    const char *const *paths;
    size_t path_count;
    const char *member;                 /* pattern of zip members, or NULL */
    const struct text_dialect *said;    /* what the source declares */
    const struct text_column *declared; /* `columns:` with a type; in any order */
    size_t declared_count;
    const struct text_column *locked; /* all columns of the lock, in order; count 0: no lock */
    size_t locked_count;
    const struct text_dialect
        *locked_dialects; /* that files were found to be: their decimal marks are known */
    size_t locked_dialect_count;
    bool may_add_columns,
        may_miss_columns; /* files need not all have the same columns: nulls fill up */
    bool rejects_files;   /* all records of a file whose columns differ from the lock are rejects */
    const struct text_repair *repairs;
    size_t repair_count;
    struct text_rejects *rejects;     /* takes the records that do not fit; never NULL */
    struct memory *memory;            /* NULL: not counted */
    int64_t split_bytes;              /* about how long splits are; 0: TEXT_SPLIT_BYTES */
    int threads;                      /* of text_infer() */
    const _Atomic bool *is_cancelled; /* looked at while inferring; NULL allowed */
    _Atomic int64_t
        *read_bytes; /* raised as bytes are read (packed), by both passes; NULL allowed */
};
struct text_input_file { /* one file or member, as found */
    struct text_file file;
    struct text_head head;
    size_t path;          /* index in source->paths */
    const int *column_of; /* by field: index of the table's column; -1: the field is left out */
    const int *missing;   /* columns that the file has not */
    size_t missing_count;
    int64_t row_count; /* records, rejected ones too; known after all of it was read */
    char decimal;      /* 0: not known before text_infer() */
    const char *wrong; /* why all of its records are rejects, or NULL */
    const struct text_repair *const *repairs; /* of this file; it is then not cut */
    size_t repair_count;
};
struct text_split {
    size_t file; /* index in files */
    struct text_range range;
    int64_t row_count; /* -1: not known yet; written by the stream */
};
/* How the files differ from the lock, and what else there is to tell. */
enum text_change_kind {
    CHANGE_ADDED,   /* the file has a column that the lock has not */
    CHANGE_REMOVED, /* the lock has a column that the file has not */
    CHANGE_RENAMED, /* one removed and one added in the same place */
    CHANGE_REORDERED,
    CHANGE_WIDENED, /* values do not fit the locked type: found by rejects, named by text_infer() of a new lock */
    CHANGE_NARROWED, /* every value fits a narrower type */
    NOTE_UNCERTAIN_MARK, /* numbers with a comma that could be decimals or thousands: text, until it is declared */
    NOTE_DOUBT /* what is declared does not look right; `is` says why, there is no column */
};
struct text_change {
    enum text_change_kind kind;
    const char *column;   /* name in the lock (added: in the file) */
    const char *was, *is; /* names or types */
    const char *file;     /* label of the first file that shows it */
};
struct text_table {
    struct text_column *columns; /* all typed after text_infer() */
    size_t column_count;
    struct text_input_file *files;
    size_t file_count;
    struct text_split *splits; /* in order */
    size_t split_count;
    struct text_change *changes;
    size_t change_count;
    bool is_typed;           /* text_infer() is not needed */
    struct text_names names; /* of the columns */
    struct text_findings *findings;
    int64_t row_count; /* of all files, rejected ones too; -1: not known before it is read */
};
int text_open(const struct text_source *source, struct arena *arena, struct text_table *ret_table,
              struct err *err) WARN_UNUSED;
int text_infer(const struct text_source *source, struct arena *arena, struct text_table *table,
               struct err *err) WARN_UNUSED;

/*
 * Once every stream was read to its end: row counts, the numbers of rejected records, and the changes that only
 * values tell.
 */
void text_finish(const struct text_source *source, struct arena *arena, struct text_table *table);

/*
 * A struct of the columns in Arrow formats. Uuids and TEXT_OTHER travel as u:
 * text_column_cast() has the type to cast them to. Released by its own release().
 */
void text_schema(const struct text_table *table, struct ArrowSchema *ret_schema);
/* The SQL type that SQL must cast the column to (TEXT_OTHER: by way of JSON), or NULL when it arrives with its type. */
const char *text_column_cast(const struct text_type *type);

/* Rows of one split. Opens its file at the first call; used by one thread at a time. */
struct text_stream {
    const struct text_source *source;
    struct text_table *table;
    struct text_split *split;
    struct text_rows *rows;
    struct column_set *set;
    struct text_typing *typings; /* of the locked columns, for CHANGE_NARROWED */
    int64_t reserved_bytes;
    bool is_done;
};
/* 1: a batch; 0: the end; -1: failed. The last batch gives the stream's memory back. */
int text_stream_next(struct text_stream *stream, struct batch *ret_batch,
                     struct err *err) WARN_UNUSED;
void text_stream_release(struct text_stream *stream);

/* Reserved by each stream while it reads. */
#define TEXT_STREAM_BYTES (INT64_C(8) << 20)
#define TEXT_SPLIT_BYTES (INT64_C(16) << 20)

#endif
