/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/str.h"
#include "engine/duck.h"

#include <inttypes.h>
#include <stdlib.h>

static int set_option(duckdb_config config, const char *name, const char *value, struct err *err)
{
    if (duckdb_set_config(config, name, value) != DuckDBSuccess)
        return err_set(err, ERR_INTERNAL, "DuckDB does not take \"%s\" for %s", value, name);
    return 0;
}

static int set_bytes(duckdb_config config, const char *name, int64_t bytes, struct err *err)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64 "B", bytes);
    return set_option(config, name, text, err);
}

static int configure(duckdb_config config, const struct engine_options *options, struct err *err)
{
    char threads[16];
    snprintf(threads, sizeof(threads), "%d", options->threads > 0 ? options->threads : 1);
    const char *const settings[][2] = {
        {"threads", threads},
        {"temp_directory", options->temp_dir != NULL ? options->temp_dir : ""},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"preserve_insertion_order", "true"},
        {"errors_as_json", "true"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(settings); i++)
        TRY(set_option(config, settings[i][0], settings[i][1], err));
    if (options->memory_bytes > 0)
        TRY(set_bytes(config, "memory_limit", options->memory_bytes, err));
    if (options->temp_dir != NULL && options->temp_bytes > 0)
        TRY(set_bytes(config, "max_temp_directory_size", options->temp_bytes, err));
    return 0;
}

static int open_database(const struct engine_options *options, duckdb_database *ret_database,
                         struct err *err)
{
    duckdb_config config = NULL;
    if (duckdb_create_config(&config) != DuckDBSuccess)
        return err_set(err, ERR_INTERNAL, "DuckDB could not make a configuration");
    char *message = NULL;
    int rc = configure(config, options, err);
    if (rc == 0 && duckdb_open_ext(NULL, ret_database, config, &message) != DuckDBSuccess)
        rc = duck_err(err, message, NULL, 0, 0);
    text_destroy(&message);
    duckdb_destroy_config(&config);
    return rc;
}

static void engine_closep(struct engine **engine)
{
    engine_close(*engine);
}

int engine_open(const struct engine_options *options, struct engine **ret_engine, struct err *err)
{
    TRY(duckdb_load(err));
    AUTO(engine_closep) struct engine *engine = alloc_zeroed(sizeof(*engine));
    pthread_mutex_init(&engine->lock, NULL);
    engine->threads = options->threads > 0 ? options->threads : 1;
    TRY(open_database(options, &engine->database, err));
    TRY(conn_open(engine, &engine->admin, err));
    /*
     * The zone of a session belongs to ICU, which is not there yet while the database opens. Texts of one chunk as
     * Arrow may be over 2 GB.
     */
    TRY(conn_exec(engine->admin,
                  "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL parquet_metadata_cache = true; "
                  "SET GLOBAL arrow_large_buffer_size = true",
                  err));
    TRY(batches_init(engine, err));
    *ret_engine = TAKE(engine);
    return 0;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL)
        return;
    conn_close(engine->admin);
    if (engine->database != NULL)
        duckdb_close(&engine->database);
    batches_free(engine->batches);
    keywords_free(engine->keywords);
    pthread_mutex_destroy(&engine->lock);
    free(engine);
}

int engine_set_memory(struct engine *engine, int64_t memory_bytes, struct err *err)
{
    pthread_mutex_lock(&engine->lock);
    int rc = 0;
    if (!engine->is_locked)
        rc = conn_execf(engine->admin, err, "SET GLOBAL memory_limit = '%" PRId64 "B'",
                        memory_bytes);
    pthread_mutex_unlock(&engine->lock);
    return rc;
}

static void append_paths(struct str *sql, const char *setting, const char *const *paths,
                         size_t count, bool is_folder)
{
    str_appendf(sql, "SET GLOBAL %s = [", setting);
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        if (str_ends(paths[i], "/") != is_folder)
            continue;
        str_append(sql, separator);
        str_append_literal(sql, paths[i]);
        separator = ", ";
    }
    str_append(sql, "];\n");
}

int engine_lock(struct engine *engine, const char *const *allowed_paths, size_t count,
                struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(256u << 20);
    append_paths(&sql, "allowed_paths", allowed_paths, count, false);
    append_paths(&sql, "allowed_directories", allowed_paths, count, true);
    str_append(&sql, "SET GLOBAL enable_external_access = false;\n"
                     "SET GLOBAL lock_configuration = true");
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "too many files to allow: %zu", count);
    pthread_mutex_lock(&engine->lock);
    int rc = conn_exec(engine->admin, sql.data, err);
    engine->is_locked = engine->is_locked || rc == 0;
    pthread_mutex_unlock(&engine->lock);
    return rc;
}
