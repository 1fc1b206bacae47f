/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_SOURCE_INDEX_H
#define LEAT_CONNECT_SOURCE_INDEX_H

#include "connect/connect.h"

/* What all sources made of files share. Only for connect/. */
struct file_index {
    struct source_plan plan;
    size_t *new_files; /* indexes in plan.files whose facts the index does not know */
    size_t new_count;
};
/*
 * Lists the files of spec->files. A file whose path, size, mtime and inode are those of `known` keeps its facts,
 * unless it changed within two seconds of being indexed: a second change could then have left the same mtime.
 */
int file_index_list(const struct source_spec *spec, const struct input_list *known,
                    struct arena *arena, struct file_index *ret_index, struct err *err) WARN_UNUSED;
/* Fills what follows from the facts of the files. */
void file_index_finish(struct file_index *index);

#endif
