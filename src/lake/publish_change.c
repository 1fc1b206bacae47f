/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/* One change within the transaction: is it still allowed, and what becomes of its table or view. */

static int conflict(const struct lake_change *change, int64_t snapshot, struct err *err)
{
    err_set(err, ERR_CONFLICT,
            "table \"%s.%s\" was changed in snapshot %lld, after this run read it", change->schema,
            change->name, (long long)snapshot);
    err_hint(err, "Another program wrote to the warehouse meanwhile. Run it again.");
    if (err != NULL)
        err->retryable = true;
    return -1;
}

static bool is_log(const struct lake_change *change)
{
    return change->kind == LAKE_APPEND && str_eq(change->schema, "leat");
}

/* The newest snapshot that ended something of this name: it was dropped or renamed. */
static int name_ended(struct publish *publish, const struct lake_change *change,
                      const struct entry *entry, int64_t *ret_snapshot, struct err *err)
{
    return db_value(&publish->lake->db, 0, ret_snapshot, err,
                    "SELECT max(coalesce((SELECT max(end_snapshot) FROM ducklake_table"
                    " WHERE schema_id = ?1 AND table_name = ?2 COLLATE NOCASE), 0),"
                    "coalesce((SELECT max(max(begin_snapshot, coalesce(end_snapshot, 0)))"
                    " FROM ducklake_view"
                    " WHERE schema_id = ?1 AND view_name = ?2 COLLATE NOCASE), 0))",
                    "it", entry->schema_id, change->name);
}

static int check_unchanged(struct publish *publish, const struct lake_change *change,
                           const struct entry *entry, struct err *err)
{
    int64_t snapshot;
    bool has_inlined = false;
    if (change->base_snapshot < 0 || is_log(change) || entry->schema_id < 0)
        return 0;
    TRY(name_ended(publish, change, entry, &snapshot, err));
    if (snapshot > change->base_snapshot)
        return conflict(change, snapshot, err);
    if (entry->table_id < 0)
        return 0;
    TRY(table_changed(publish->lake, entry->table_id, INT64_MAX, &snapshot, err));
    if (snapshot > change->base_snapshot)
        return conflict(change, snapshot, err);
    /* Rows inside the catalog are not dated file by file; the step could not have read them. */
    TRY(table_has_inlined(publish->lake, entry->table_id, &has_inlined, err));
    if (has_inlined && change->kind != LAKE_REPLACE)
        return conflict(change, publish->snapshot_id - 1, err);
    return 0;
}

static int change_view(struct publish *publish, struct lake_change *change, struct entry *entry,
                       struct err *err)
{
    if (entry->view_id >= 0 && str_eq(entry->view_sql, change->view_sql))
        return 0;
    if (entry->table_id >= 0)
        TRY(publish_drop_table(publish, entry, err));
    if (entry->view_id >= 0)
        TRY(publish_drop_view(publish, entry, err));
    return publish_create_view(publish, change, entry, err);
}

/* The table's own definition is kept when it fits; else it becomes a new table of the same name. */
static int prepare_table(struct publish *publish, struct lake_change *change, struct entry *entry,
                         struct lake_table *table, struct err *err)
{
    bool has_inlined = false;
    const struct lake_field *kept = NULL;
    if (entry->view_id >= 0)
        TRY(publish_drop_view(publish, entry, err));
    if (entry->table_id >= 0) {
        TRY(table_load(publish->lake, entry->table_id, publish->arena, table, err));
        TRY(table_has_inlined(publish->lake, entry->table_id, &has_inlined, err));
        if (fields_match(change->columns, table))
            kept = table->fields;
        if (kept != NULL && !has_inlined)
            return 0;
        if (change->kind == LAKE_APPEND) {
            err_set(err, ERR_CONFLICT,
                    "table \"%s.%s\" does not have the columns of the rows to append",
                    change->schema, change->name);
            return err_hint(err, "Build it anew with --full-refresh.");
        }
        TRY(publish_drop_table(publish, entry, err));
    }
    TRY(publish_create_table(publish, change, kept, entry, err));
    return table_load(publish->lake, entry->table_id, publish->arena, table, err);
}

static int change_table(struct publish *publish, struct lake_change *change, struct entry *entry,
                        struct err *err)
{
    struct lake_table table;
    bool has_ended = false, has_added = false;
    TRY(prepare_table(publish, change, entry, &table, err));
    TRY(publish_end_files(publish, change, entry, &has_ended, err));
    TRY(publish_add_files(publish, change, entry, &table, &has_added, err));
    if (has_ended)
        publish_note(publish, "deleted_from_table:%lld", (long long)entry->table_id);
    if (has_added)
        publish_note(publish, "inserted_into_table:%lld", (long long)entry->table_id);
    return 0;
}

static int change_data(struct publish *publish, struct lake_change *change, struct err *err)
{
    struct entry entry;
    TRY(publish_find(publish, change->schema, change->name, &entry, err));
    TRY(check_unchanged(publish, change, &entry, err));
    if (entry.schema_id < 0)
        TRY(publish_schema(publish, change->schema, &entry, err));
    return change->kind == LAKE_VIEW ? change_view(publish, change, &entry, err)
                                     : change_table(publish, change, &entry, err);
}

int publish_change(struct publish *publish, struct lake_change *change, struct err *err)
{
    if (change->kind != LAKE_KEEP)
        TRY(change_data(publish, change, err));
    if (change->author != NULL)
        publish->author = change->author;
    if (change->message != NULL)
        publish->message = change->message;
    TRY(publish_ledger(publish->lake, change, err));
    return change->also != NULL ? publish_change(publish, change->also, err) : 0;
}
