/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_REJECT_BATCH_H
#define LEAT_RUN_REJECT_BATCH_H

#include "base/arena.h"
#include "base/batch.h"
#include "memory/memory.h"
#include "text/reject.h"

/*
 * Rejects as batches of texts, one column each of reject_columns; the SELECT over them casts. Their memory is counted
 * until a batch is released.
 */
enum {
    REJECT_RUN,
    REJECT_SOURCE,
    REJECT_FILE,
    REJECT_RECORD,
    REJECT_LINE,
    REJECT_OFFSET,
    REJECT_COLUMN, /* "": the record as such is wrong */
    REJECT_TEXT,
    REJECT_REASON,
    REJECT_RAW,
    REJECT_COLUMNS
};
struct reject_stream {
    struct text_rejects *rejects;
    struct memory *memory;
    const char *run_id, *source;
    const char *folder; /* of the project: paths of files count relative to it */
    int64_t next;
};
void reject_schema(struct arena *arena, struct ArrowSchema *ret_schema);
int reject_stream_next(void *context, struct batch *ret_batch, struct err *err);

/*
 * The name of a rejected record's file in leat.rejects: its path, relative to the project, and for a member of a zip file
 * "/" and its name. Written into `buffer`, cut to `size`.
 */
void reject_file_name(const struct text_reject *reject, const char *folder, char *buffer,
                      size_t size);

#endif
