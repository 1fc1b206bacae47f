/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/*
 * The SELECT over a table's files. Consecutive files that need nothing special share one
 * read_parquet(); the others get one each:
 *   mapped   a column was added, renamed or retyped after the file was written: DuckDB finds the
 *            columns by field id (schema := map {…}), a missing one has its default
 *   deletes  positions in a delete file, left out by an anti join
 *   partial  a file holds rows (or deletes) of several snapshots and an older one is read
 */
#define SNAPSHOT_COLUMN "_ducklake_internal_snapshot_id"

static bool is_mapped(const struct lake_table *table, const struct lake_file *file)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (table->fields[i].begin_snapshot > file->begin_snapshot)
            return true;
    return false;
}

static bool is_single(const struct lake_file *file)
{
    return file->delete_path != NULL || file->rows_until >= 0;
}

static void append_columns(struct str *sql, const struct lake_table *table, bool is_typed)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        const struct column *column = &table->columns.items[i];
        bool needs_cast = !is_typed && type_needs_cast(&column->type);
        str_append(sql, i > 0 ? ", " : "");
        str_append(sql, needs_cast ? "CAST(" : "");
        str_append_ident(sql, column->name);
        if (!needs_cast)
            continue;
        str_appendf(sql, " AS %s) AS ", column->type_text);
        str_append_ident(sql, column->name);
    }
}

static void append_schema(struct str *sql, const struct lake_table *table)
{
    str_append(sql, ", schema := map {");
    for (size_t i = 0; i < table->columns.count; i++) {
        str_appendf(sql, "%s%lld: {name: ", i > 0 ? ", " : "", (long long)table->fields[i].id);
        str_append_literal(sql, table->columns.items[i].name);
        str_append(sql, ", type: ");
        str_append_literal(sql, table->columns.items[i].type_text);
        str_append(sql, ", default_value: ");
        if (table->fields[i].default_text == NULL)
            str_append(sql, "NULL");
        else
            str_append_literal(sql, table->fields[i].default_text);
        str_append_char(sql, '}');
    }
    str_append_char(sql, '}');
}

static void append_deletes(struct str *sql, const struct lake_file *file)
{
    str_append(sql, " ANTI JOIN (SELECT pos AS leat_pos FROM read_parquet(");
    str_append_literal(sql, file->delete_path);
    str_append_char(sql, ')');
    if (file->deletes_until >= 0)
        str_appendf(sql, " WHERE " SNAPSHOT_COLUMN " <= %lld", (long long)file->deletes_until);
    str_append(sql, ") ON file_row_number = leat_pos");
}

/* Files that hold rows of several snapshots: which rows, by position, since `schema` hides the column. */
static void append_rows_until(struct str *sql, const struct lake_file *file)
{
    str_append(sql, " SEMI JOIN (SELECT file_row_number AS leat_row FROM read_parquet(");
    str_append_literal(sql, file->path);
    str_appendf(sql, ", file_row_number := true) WHERE " SNAPSHOT_COLUMN " <= %lld)",
                (long long)file->rows_until);
    str_append(sql, " ON file_row_number = leat_row");
}

static void append_group(struct str *sql, const struct lake_table *table,
                         const struct lake_file *files, size_t count)
{
    bool mapped = is_mapped(table, &files[0]);
    str_append(sql, "SELECT ");
    append_columns(sql, table, mapped);
    str_append(sql, " FROM read_parquet([");
    for (size_t i = 0; i < count; i++) {
        str_append(sql, i > 0 ? ", " : "");
        str_append_literal(sql, files[i].path);
    }
    str_append_char(sql, ']');
    if (mapped)
        append_schema(sql, table);
    if (is_single(&files[0]))
        str_append(sql, ", file_row_number := true");
    str_append_char(sql, ')');
    if (files[0].delete_path != NULL)
        append_deletes(sql, &files[0]);
    if (files[0].rows_until >= 0)
        append_rows_until(sql, &files[0]);
}

static size_t group_size(const struct lake_table *table, const struct lake_file *files,
                         size_t count)
{
    size_t size = 1;
    if (is_single(&files[0]))
        return 1;
    while (size < count && !is_single(&files[size]) &&
           is_mapped(table, &files[size]) == is_mapped(table, &files[0]))
        size++;
    return size;
}

static void append_empty(struct str *sql, const struct lake_table *table)
{
    str_append(sql, "SELECT ");
    for (size_t i = 0; i < table->columns.count; i++) {
        str_appendf(sql, "%sCAST(NULL AS %s) AS ", i > 0 ? ", " : "",
                    table->columns.items[i].type_text);
        str_append_ident(sql, table->columns.items[i].name);
    }
    str_append(sql, " WHERE false");
}

static int check_readable(const struct lake_table *table, struct err *err)
{
    if (table->is_view)
        return err_set(err, ERR_INTERNAL, "\"%s.%s\" is a view", table->schema, table->name);
    if (table->refused == NULL)
        return 0;
    err_set(err, ERR_DATA, "could not read table \"%s.%s\" at snapshot %lld: %s", table->schema,
            table->name, (long long)table->snapshot_id, table->refused);
    return err_hint(err, "%s", table->refused_hint);
}

int lake_files_sql(struct lake *lake, const struct lake_table *table, const struct lake_file *files,
                   size_t count, struct arena *arena, char **ret_sql, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT((size_t)256 << 20);
    TRY(check_readable(table, err));
    for (size_t i = 0, size; i < count; i += size) {
        size = group_size(table, &files[i], count - i);
        str_append(&sql, i > 0 ? " UNION ALL " : "");
        append_group(&sql, table, &files[i], size);
    }
    if (count == 0)
        append_empty(&sql, table);
    if (sql.is_failed)
        return err_set(err, ERR_INTERNAL, "table \"%s.%s\" in \"%s\" has too many files",
                       table->schema, table->name, lake->folder);
    *ret_sql = arena_strdup(arena, str_text(&sql));
    return 0;
}

int lake_table_sql(struct lake *lake, const struct lake_table *table, struct arena *arena,
                   char **ret_sql, struct err *err)
{
    return lake_files_sql(lake, table, table->files, table->file_count, arena, ret_sql, err);
}
