/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

static int put_ledger(struct db *db, const struct ledger_entry *entry, struct err *err)
{
    return db_run(db, err,
                  "INSERT OR REPLACE INTO leat_ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "tttttttiti", entry->node, entry->partition == NULL ? "" : entry->partition,
                  entry->fingerprint, entry->details, entry->inputs, entry->version, entry->cursor,
                  entry->row_count, entry->run_id, entry->done_us);
}

static int put_input(struct db *db, const char *source, const struct input_file *file,
                     struct err *err)
{
    return db_run(db, err,
                  "INSERT OR REPLACE INTO leat_inputs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "ttiiiititt", source, file->path, file->id.size_bytes, file->id.mtime_ns,
                  (int64_t)file->id.inode, file->indexed_us, file->hash, file->row_count,
                  file->min_time, file->max_time);
}

static int put_inputs(struct db *db, const struct lake_change *change, struct err *err)
{
    if (change->inputs_source == NULL)
        return 0;
    TRY(db_run(db, err, "DELETE FROM leat_inputs WHERE source = ?", "t", change->inputs_source));
    for (size_t i = 0; i < change->input_count; i++)
        TRY(put_input(db, change->inputs_source, &change->inputs[i], err));
    return 0;
}

/* What an earlier run still had to do with the same file is overtaken by this. */
static int put_redo(struct lake *lake, const struct redo_row *row, struct err *err)
{
    TRY(db_run(&lake->db, err, "DELETE FROM leat_redo WHERE final_path = ?", "t", row->final_path));
    return db_run(
        &lake->db, err, "INSERT INTO leat_redo VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "titttitiiiit", row->node, (int64_t)row->op, row->root, row->staged, row->final_path,
        row->size_bytes, row->hash, row->row_count, row->replaces.size_bytes,
        row->replaces.mtime_ns, (int64_t)row->replaces.inode, lake->run_id);
}

int publish_ledger(struct lake *lake, const struct lake_change *change, struct err *err)
{
    struct db *db = &lake->db;
    for (size_t i = 0; i < change->forget_count; i++)
        TRY(db_run(db, err, "DELETE FROM leat_ledger WHERE node = ?", "t",
                   change->forget_nodes[i]));
    for (size_t i = 0; i < change->ledger_count; i++)
        TRY(put_ledger(db, &change->ledger[i], err));
    TRY(put_inputs(db, change, err));
    for (size_t i = 0; i < change->redo_count; i++)
        TRY(put_redo(lake, &change->redo[i], err));
    return publish_text(lake, change, err);
}
