/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "lake/internal.h"

#include <string.h>

static int find_schema(struct publish *publish, const char *schema, struct entry *entry,
                       struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    TRY(db_query(&publish->lake->db, &rows, err,
                 "SELECT schema_id, path, path_is_relative FROM ducklake_schema"
                 " WHERE schema_name = ? COLLATE NOCASE AND end_snapshot IS NULL",
                 "t", schema));
    int has_row = rows_next(&rows, err);
    if (has_row > 0) {
        entry->schema_id = rows_i64(&rows, 0);
        entry->schema_path =
            (struct stored_path){rows_dup(&rows, 1, publish->arena), rows_i64(&rows, 2) == 1};
    }
    return has_row < 0 ? -1 : 0;
}

static int find_table(struct publish *publish, const char *name, struct entry *entry,
                      struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    TRY(db_query(&publish->lake->db, &rows, err,
                 "SELECT table_id, path, path_is_relative FROM ducklake_table"
                 " WHERE schema_id = ? AND table_name = ? COLLATE NOCASE AND end_snapshot IS NULL",
                 "it", entry->schema_id, name));
    int has_row = rows_next(&rows, err);
    if (has_row > 0) {
        entry->table_id = rows_i64(&rows, 0);
        entry->table_path =
            (struct stored_path){rows_dup(&rows, 1, publish->arena), rows_i64(&rows, 2) == 1};
    }
    return has_row < 0 ? -1 : 0;
}

static int find_view(struct publish *publish, const char *name, struct entry *entry,
                     struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    TRY(db_query(&publish->lake->db, &rows, err,
                 "SELECT view_id, sql FROM ducklake_view"
                 " WHERE schema_id = ? AND view_name = ? COLLATE NOCASE AND end_snapshot IS NULL",
                 "it", entry->schema_id, name));
    int has_row = rows_next(&rows, err);
    if (has_row > 0) {
        entry->view_id = rows_i64(&rows, 0);
        entry->view_sql = rows_dup(&rows, 1, publish->arena);
    }
    return has_row < 0 ? -1 : 0;
}

int publish_find(struct publish *publish, const char *schema, const char *name,
                 struct entry *ret_entry, struct err *err)
{
    struct entry entry = {
        .schema_id = -1,
        .table_id = -1,
        .view_id = -1,
        .schema_path = {paths_default(publish->arena, schema), true},
        .table_path = {paths_default(publish->arena, name), true},
    };
    TRY(find_schema(publish, schema, &entry, err));
    if (entry.schema_id >= 0) {
        TRY(find_table(publish, name, &entry, err));
        if (entry.table_id < 0)
            TRY(find_view(publish, name, &entry, err));
    }
    *ret_entry = entry;
    return 0;
}

/* "energy"."daily" with quotes doubled, as changes_made writes names. */
static const char *quoted(struct publish *publish, const char *schema, const char *name)
{
    AUTO(str_release) struct str text = STR_INIT(8192);
    str_append_ident(&text, schema);
    if (name != NULL) {
        str_append_char(&text, '.');
        str_append_ident(&text, name);
    }
    return arena_strdup(publish->arena, str_text(&text));
}

/* Readers keep definitions by schema version: one more for a snapshot that changes any. */
static void schema_changed(struct publish *publish)
{
    if (!publish->is_schema_changed)
        publish->schema_version++;
    publish->is_schema_changed = true;
}

int publish_schema(struct publish *publish, const char *schema, struct entry *entry,
                   struct err *err)
{
    entry->schema_id = publish->next_catalog_id++;
    schema_changed(publish);
    publish_note(publish, "created_schema:%s", quoted(publish, schema, NULL));
    return db_run(&publish->lake->db, err,
                  "INSERT INTO ducklake_schema VALUES (?, ?, ?, NULL, ?, ?, 1)", "ititt",
                  entry->schema_id, uuid_make(now_us()).text, publish->snapshot_id, schema,
                  entry->schema_path.path);
}

/*
 * Numbered as lake_field_ids() numbers the columns of the files: `field` says how, or NULL: from 1,
 * parents before children.
 */
static int add_column(struct publish *publish, int64_t table_id, const struct column *column,
                      const char *name, const struct lake_field *field, int64_t parent,
                      int64_t *next, struct err *err)
{
    const char *type = type_to_ducklake(&column->type, publish->arena);
    int64_t id = field != NULL ? field->id : (*next)++;
    bool is_nested = column->type.child_count > 0;
    if (type == NULL)
        return err_set(err, ERR_INTERNAL, "column \"%s\" has no stored type: %s", name,
                       column->type_text);
    TRY(db_run(&publish->lake->db, err,
               "INSERT INTO ducklake_column VALUES"
               " (?1, ?2, NULL, ?3, ?1, ?4, ?5, NULL, 'NULL', 1, ?6, ?7, 'duckdb')",
               "iiittot", id, publish->snapshot_id, table_id, name, type, parent,
               is_nested ? "" : "literal"));
    for (size_t i = 0; i < column->type.child_count; i++) {
        const char *child = column->type.children[i].name;
        if (str_eq(type, "list"))
            child = "element";
        else if (str_eq(type, "map"))
            child = i == 0 ? "key" : "value";
        TRY(add_column(publish, table_id, &column->type.children[i], child,
                       field != NULL ? &field->children[i] : NULL, id, next, err));
    }
    return 0;
}

int publish_create_table(struct publish *publish, const struct lake_change *change,
                         const struct lake_field *fields, struct entry *entry, struct err *err)
{
    struct db *db = &publish->lake->db;
    int64_t next = 1;
    if (change->columns.count == 0)
        return err_set(err, ERR_CONFIG, "table \"%s.%s\" has no columns", change->schema,
                       change->name);
    entry->table_id = publish->next_catalog_id++;
    schema_changed(publish);
    publish_note(publish, "created_table:%s", quoted(publish, change->schema, change->name));
    TRY(db_run(db, err, "INSERT INTO ducklake_table VALUES (?, ?, ?, NULL, ?, ?, ?, ?)", "itiitti",
               entry->table_id, uuid_make(now_us()).text, publish->snapshot_id, entry->schema_id,
               change->name, entry->table_path.path, (int64_t)entry->table_path.is_relative));
    for (size_t i = 0; i < change->columns.count; i++)
        TRY(add_column(publish, entry->table_id, &change->columns.items[i],
                       change->columns.items[i].name, fields != NULL ? &fields[i] : NULL, -1, &next,
                       err));
    return db_run(db, err, "INSERT INTO ducklake_schema_versions VALUES (?, ?, ?)", "iii",
                  publish->snapshot_id, publish->schema_version, entry->table_id);
}

/* All that belongs to the table ends with it. */
static const char *const end_table_sql[] = {
    "UPDATE ducklake_table SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_column SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_data_file SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_delete_file SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_partition_info SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_sort_info SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_tag SET end_snapshot = ? WHERE object_id = ? AND end_snapshot IS NULL",
    "UPDATE ducklake_column_tag SET end_snapshot = ? WHERE table_id = ? AND end_snapshot IS NULL",
};

int publish_drop_table(struct publish *publish, struct entry *entry, struct err *err)
{
    for (size_t i = 0; i < ARRAY_COUNT(end_table_sql); i++)
        TRY(db_run(&publish->lake->db, err, end_table_sql[i], "ii", publish->snapshot_id,
                   entry->table_id));
    schema_changed(publish);
    publish_note(publish, "dropped_table:%lld", (long long)entry->table_id);
    entry->table_id = -1;
    return 0;
}

int publish_create_view(struct publish *publish, const struct lake_change *change,
                        struct entry *entry, struct err *err)
{
    entry->view_id = publish->next_catalog_id++;
    schema_changed(publish);
    publish_note(publish, "created_view:%s", quoted(publish, change->schema, change->name));
    return db_run(&publish->lake->db, err,
                  "INSERT INTO ducklake_view VALUES (?, ?, ?, NULL, ?, ?, 'duckdb', ?, '')",
                  "itiitt", entry->view_id, uuid_make(now_us()).text, publish->snapshot_id,
                  entry->schema_id, change->name, change->view_sql);
}

int publish_drop_view(struct publish *publish, struct entry *entry, struct err *err)
{
    struct db *db = &publish->lake->db;
    TRY(db_run(
        db, err,
        "UPDATE ducklake_view SET end_snapshot = ? WHERE view_id = ? AND end_snapshot IS NULL",
        "ii", publish->snapshot_id, entry->view_id));
    TRY(db_run(
        db, err,
        "UPDATE ducklake_tag SET end_snapshot = ? WHERE object_id = ? AND end_snapshot IS NULL",
        "ii", publish->snapshot_id, entry->view_id));
    schema_changed(publish);
    publish_note(publish, "dropped_view:%lld", (long long)entry->view_id);
    entry->view_id = -1;
    return 0;
}
