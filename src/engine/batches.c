/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/batches.h"

#include "base/alloc.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct registered {
    char *key;
    struct arena arena; /* of the columns */
    struct batch_column *columns;
    size_t column_count;
    struct batch_stream *streams;
    size_t stream_count;
    atomic_size_t next_stream; /* the first that no thread has taken */
    atomic_bool is_taken;      /* a scan has begun; streams cannot be read again */
    atomic_int references;     /* the registry and each bound statement */
    struct registered *next;
    struct batch_registry *registry;
    struct err err; /* what a stream failed with; under the registry's lock */
};
struct batch_registry {
    pthread_mutex_t lock;
    struct registered *first;
};

/* Which columns a scan wants; one for all its threads. */
struct scan {
    struct registered *registered;
    size_t column_count;
    idx_t columns[];
};
/* What one thread is reading. */
struct scan_thread {
    const struct batch_stream *stream; /* NULL: none taken */
    struct batch batch;
    int64_t row; /* of the batch; those before are done */
};

static void drop(void *data)
{
    struct registered *registered = data;
    if (atomic_fetch_sub(&registered->references, 1) != 1)
        return;
    for (size_t i = 0; i < registered->column_count; i++)
        type_destroy(&registered->columns[i].type);
    arena_release(&registered->arena);
    free(registered);
}

static struct registered *find(struct batch_registry *registry, const char *key)
{
    struct registered *at = registry->first;
    while (at != NULL && !str_eq(at->key, key))
        at = at->next;
    return at;
}

static void bind(duckdb_bind_info info)
{
    struct batch_registry *registry = duckdb_bind_get_extra_info(info);
    AUTO(value_destroy) duckdb_value value = duckdb_bind_get_parameter(info, 0);
    AUTO(text_destroy) char *key = duckdb_get_varchar(value);
    pthread_mutex_lock(&registry->lock);
    struct registered *registered = find(registry, key);
    if (registered != NULL)
        atomic_fetch_add(&registered->references, 1);
    pthread_mutex_unlock(&registry->lock);
    if (registered == NULL) {
        duckdb_bind_set_error(info, "leat_batches: nothing is registered under this key");
        return;
    }
    for (size_t i = 0; i < registered->column_count; i++)
        duckdb_bind_add_result_column(info, registered->columns[i].name,
                                      registered->columns[i].type);
    duckdb_bind_set_bind_data(info, registered, drop);
}

static void init_scan(duckdb_init_info info)
{
    struct registered *registered = duckdb_init_get_bind_data(info);
    if (atomic_exchange(&registered->is_taken, true)) {
        duckdb_init_set_error(info, "leat_batches: the rows of a key can be read only once");
        return;
    }
    idx_t count = duckdb_init_get_column_count(info);
    struct scan *scan = alloc_zeroed(sizeof(*scan) + sizeof(scan->columns[0]) * count);
    scan->registered = registered;
    scan->column_count = count;
    for (idx_t i = 0; i < count; i++)
        scan->columns[i] = duckdb_init_get_column_index(info, i);
    /* Where rows must keep their order DuckDB uses one thread whatever we say. */
    duckdb_init_set_max_threads(info, registered->stream_count);
    duckdb_init_set_init_data(info, scan, free);
}

static void free_thread(void *data)
{
    struct scan_thread *thread = data;
    batch_release(&thread->batch);
    free(thread);
}

static void init_thread(duckdb_init_info info)
{
    struct scan_thread *thread = alloc_zeroed(sizeof(*thread));
    duckdb_init_set_init_data(info, thread, free_thread);
}

/* Makes `thread` stand before a row: 1; 0 when all streams are through. */
static int find_rows(struct registered *registered, struct scan_thread *thread, struct err *err)
{
    while (thread->batch.array.release == NULL || thread->row >= thread->batch.array.length) {
        batch_release(&thread->batch);
        thread->row = 0;
        if (thread->stream == NULL) {
            size_t index = atomic_fetch_add(&registered->next_stream, 1);
            if (index >= registered->stream_count)
                return 0;
            thread->stream = &registered->streams[index];
        }
        int rc = thread->stream->next(thread->stream->context, &thread->batch, err);
        if (rc < 0)
            return -1;
        if (rc == 0)
            thread->stream = NULL;
    }
    return 1;
}

static int fill(struct scan *scan, struct scan_thread *thread, duckdb_data_chunk output,
                struct err *err)
{
    struct registered *registered = scan->registered;
    int rc = find_rows(registered, thread, err);
    if (rc <= 0) {
        duckdb_data_chunk_set_size(output, 0);
        return rc;
    }
    struct ArrowArray *array = &thread->batch.array;
    int64_t left = array->length - thread->row;
    int64_t count = left < (int64_t)duckdb_vector_size() ? left : (int64_t)duckdb_vector_size();
    for (size_t i = 0; i < scan->column_count; i++) {
        if (scan->columns[i] >= registered->column_count)
            continue; /* count(*) asks for a column that is none */
        TRY(batch_column_copy(&registered->columns[scan->columns[i]],
                              array->children[scan->columns[i]], array->offset + thread->row, count,
                              duckdb_data_chunk_get_vector(output, i), err));
    }
    thread->row += count;
    duckdb_data_chunk_set_size(output, (idx_t)count);
    return 0;
}

static void read_rows(duckdb_function_info info, duckdb_data_chunk output)
{
    struct scan *scan = duckdb_function_get_init_data(info);
    struct scan_thread *thread = duckdb_function_get_local_init_data(info);
    struct err err = {0};
    if (fill(scan, thread, output, &err) == 0)
        return;
    struct registered *registered = scan->registered;
    pthread_mutex_lock(&registered->registry->lock);
    if (registered->err.kind == ERR_NONE)
        registered->err = err;
    pthread_mutex_unlock(&registered->registry->lock);
    duckdb_function_set_error(info, err.message);
}

/* leat_nothing(): no rows, of a source that DuckDB cannot divide; see conn_write_parquet(). */
static void bind_nothing(duckdb_bind_info info)
{
    AUTO(type_destroy)
    duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    duckdb_bind_add_result_column(info, "nothing", type);
}

static void init_nothing(duckdb_init_info info)
{
    (void)info;
}

static void read_nothing(duckdb_function_info info, duckdb_data_chunk output)
{
    (void)info;
    duckdb_data_chunk_set_size(output, 0);
}

static int add_function(struct engine *engine, duckdb_table_function function, struct err *err)
{
    duckdb_state state = duckdb_register_table_function(engine->admin->duck, function);
    duckdb_destroy_table_function(&function);
    return state == DuckDBSuccess ? 0
                                  : err_set(err, ERR_INTERNAL, "could not add a table function");
}

int batches_init(struct engine *engine, struct err *err)
{
    struct batch_registry *registry = alloc_zeroed(sizeof(*registry));
    pthread_mutex_init(&registry->lock, NULL);
    engine->batches = registry;
    AUTO(type_destroy)
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_table_function batches = duckdb_create_table_function();
    duckdb_table_function_set_name(batches, "leat_batches");
    duckdb_table_function_add_parameter(batches, text);
    duckdb_table_function_set_extra_info(batches, registry, NULL);
    duckdb_table_function_set_bind(batches, bind);
    duckdb_table_function_set_init(batches, init_scan);
    duckdb_table_function_set_local_init(batches, init_thread);
    duckdb_table_function_set_function(batches, read_rows);
    duckdb_table_function_supports_projection_pushdown(batches, true);
    TRY(add_function(engine, batches, err));
    duckdb_table_function nothing = duckdb_create_table_function();
    duckdb_table_function_set_name(nothing, "leat_nothing");
    duckdb_table_function_set_bind(nothing, bind_nothing);
    duckdb_table_function_set_init(nothing, init_nothing);
    duckdb_table_function_set_function(nothing, read_nothing);
    return add_function(engine, nothing, err);
}

void batches_free(struct batch_registry *registry)
{
    if (registry == NULL)
        return;
    while (registry->first != NULL) {
        struct registered *next = registry->first->next;
        drop(registry->first);
        registry->first = next;
    }
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}

static void drop_registered(struct registered **registered)
{
    if (*registered != NULL)
        drop(*registered);
}

int engine_register_batches(struct engine *engine, const char *key,
                            const struct ArrowSchema *schema, const struct batch_stream *streams,
                            size_t stream_count, struct err *err)
{
    struct batch_registry *registry = engine->batches;
    AUTO(drop_registered) struct registered *registered = alloc_zeroed(sizeof(*registered));
    atomic_init(&registered->references, 1);
    arena_init(&registered->arena, 64u << 20);
    registered->registry = registry;
    registered->key = arena_strdup(&registered->arena, key);
    registered->streams =
        ARENA_ARRAY(&registered->arena, struct batch_stream, stream_count > 0 ? stream_count : 1);
    for (size_t i = 0; i < stream_count; i++)
        registered->streams[i] = streams[i];
    registered->stream_count = stream_count;
    TRY(batch_columns_make(schema, &registered->arena, &registered->columns,
                           &registered->column_count, err));
    pthread_mutex_lock(&registry->lock);
    bool is_new = find(registry, key) == NULL;
    if (is_new) {
        registered->next = registry->first;
        registry->first = TAKE(registered);
    }
    pthread_mutex_unlock(&registry->lock);
    return is_new ? 0 : err_set(err, ERR_INTERNAL, "batches \"%s\" are registered twice", key);
}

bool engine_batches_failed(struct engine *engine, const char *key, struct err *ret_err)
{
    struct batch_registry *registry = engine->batches;
    pthread_mutex_lock(&registry->lock);
    struct registered *registered = find(registry, key);
    bool has_failed = registered != NULL && registered->err.kind != ERR_NONE;
    if (has_failed)
        *ret_err = registered->err;
    pthread_mutex_unlock(&registry->lock);
    return has_failed;
}

void engine_unregister_batches(struct engine *engine, const char *key)
{
    struct batch_registry *registry = engine->batches;
    pthread_mutex_lock(&registry->lock);
    struct registered **at = &registry->first;
    while (*at != NULL && !str_eq((*at)->key, key))
        at = &(*at)->next;
    struct registered *registered = *at;
    if (registered != NULL)
        *at = registered->next;
    pthread_mutex_unlock(&registry->lock);
    if (registered != NULL)
        drop(registered);
}
