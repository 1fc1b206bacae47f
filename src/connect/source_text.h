/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_SOURCE_TEXT_H
#define LEAT_CONNECT_SOURCE_TEXT_H

#include "connect/source.h"

#include <stdatomic.h>

/* A text source while it is read. Only for source_text*.c. */
struct text_reading {
    struct source_reading reading; /* first, so that the one is the other */
    const struct source_spec *spec;
    const struct source_plan *plan;
    struct arena *arena;
    struct text_source source;
    struct text_table table;
    struct ArrowSchema schema;
    struct split_stream *streams; /* by split */
    size_t stream_count;
    atomic_size_t streams_left; /* not read to their end */
    bool is_finished;
};
struct split_stream {
    struct text_stream stream;
    struct text_reading *owner;
    bool is_ended;
};

/* The lock as text/ wants it: all columns, and the dialects. */
int text_lock_read(const struct source_spec *spec, struct conn *conn, struct arena *arena,
                   struct text_source *source, struct err *err) WARN_UNUSED;
/* What the files are now. */
const struct source_lock *text_lock_make(const struct text_table *table, struct arena *arena);

/* Groups the splits into parts and registers each. */
int text_parts_make(struct text_reading *text, struct engine *engine, int threads,
                    struct err *err) WARN_UNUSED;
/* Row counts, record numbers, changes; once, when all streams ended. */
void text_reading_finish(struct text_reading *text);

#endif
