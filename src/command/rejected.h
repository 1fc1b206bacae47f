/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_REJECTED_H
#define LEAT_COMMAND_REJECTED_H

#include "command/command.h"

/* The rejected records of a source, as leat.rejects has them, on their way out to be mended and back. */
struct rejected {
    const char *file; /* as leat.rejects names it */
    int64_t record;
    const char *raw; /* as it is exported */
    uint64_t raw_hash;
};
struct rejected_list {
    struct rejected *items;
    size_t count;
};
#define REJECTED_MAX_BYTES ((size_t)256 << 20)

/* `file` NULL: of all files. In the order of files and records. */
int rejected_load(struct session *session, const struct node *source, const char *file,
                  struct arena *arena, struct rejected_list *ret_list, struct err *err) WARN_UNUSED;

/*
 * How the records of one export are written: the dialect of their files, which must be one, with names for the header.
 * ERR_CONFLICT when a file is no more as it was read, ERR_CONFIG naming both files when two dialects meet.
 */
struct rejected_form {
    struct text_head head; /* of the export: UTF-8, records from the first line after the header */
    const char *header;    /* with its line end; "" none */
};
int rejected_form(struct session *session, const struct node *source,
                  const struct rejected_list *list, struct arena *arena,
                  struct rejected_form *ret_form, struct err *err) WARN_UNUSED;
/* The whole text of the export. */
int rejected_text(const struct rejected_form *form, const struct rejected_list *list,
                  struct str *text, struct err *err) WARN_UNUSED;
/*
 * The records of a mended export, as many as `list`, in its order: repairs for those that differ. `path` is the user's
 * file, whose hash goes into them.
 */
int rejected_read(struct session *session, const struct node *source,
                  const struct rejected_form *form, const struct rejected_list *list,
                  const char *path, struct arena *arena, struct repair_list *ret_repairs,
                  struct err *err) WARN_UNUSED;

/*
 * What `leat retry SOURCE --from FILE` takes in: the repairs in the user's file, which must match the last export. Says
 * with *ret_is_taken when this very file was taken before. cmd_rejects.c.
 */
int retry_take(struct session *session, const char *name, const char *path,
               const struct node **ret_source, struct repair_list *ret_repairs, bool *ret_is_taken,
               struct err *err) WARN_UNUSED;

#endif
