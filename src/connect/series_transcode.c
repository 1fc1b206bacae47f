/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/connect.h"

#include "base/file.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Files that our own Parquet reader does not know (Brotli, LZ4, …) are read by the engine and written anew. */

static void append_columns(struct str *sql, const struct series_layout *layout)
{
    str_append_ident(sql, layout->time);
    str_append(sql, ", ");
    str_append_ident(sql, layout->value);
    for (size_t i = 0; i < layout->label_count; i++) {
        str_append(sql, ", ");
        str_append_ident(sql, layout->labels[i]);
    }
}

int series_transcode(void *context, const char *path, char **ret_path, struct err *err)
{
    static _Atomic unsigned serial;
    const struct series_transcoder *transcoder = context;
    AUTO(str_release) struct str sql = STR_INIT(1 << 20);
    AUTO(arena_release) struct arena arena;
    struct conn *conn = NULL;
    arena_init(&arena, 1 << 20);
    TRY(file_mkdirs(transcoder->folder, err));
    char *made = arena_printf(&arena, "%s/series-%u.parquet", transcoder->folder, serial++);
    str_append(&sql, "COPY (SELECT ");
    append_columns(&sql, transcoder->layout);
    str_append(&sql, " FROM read_parquet([");
    str_append_literal(&sql, path);
    str_append(&sql, "], hive_partitioning = false)) TO ");
    str_append_literal(&sql, made);
    str_append(&sql, " (FORMAT parquet, COMPRESSION snappy)");
    TRY(conn_open(transcoder->engine, &conn, err));
    int result = conn_exec(conn, str_text(&sql), err);
    conn_close(conn);
    if (result != 0)
        return -1;
    *ret_path = strdup(made);
    return 0;
}
