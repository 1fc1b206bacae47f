/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source_text.h"
#include "engine/zones.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_declared(const struct source_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->declared_count; i++)
        if (strcasecmp(spec->declared[i].name, name) == 0)
            return true;
    return false;
}

static int read_column(const struct source_spec *spec, const struct lock_column *locked,
                       struct conn *conn, struct arena *arena, struct text_column *ret_column,
                       struct err *err)
{
    *ret_column = (struct text_column){.name = locked->name, .is_typed = true};
    if (!text_type_parse(locked->type, &ret_column->type)) {
        err_set(err, ERR_CONFIG,
                "the schema lock of %s gives column \"%s\" the type \"%s\", which text cannot have",
                spec->name, locked->name, locked->type);
        return err_hint(err, "`leat accept %s` makes the lock anew.", spec->name);
    }
    ret_column->type.format = locked->format;
    if (locked->timezone && !is_declared(spec, locked->name))
        TRY(zone_load(conn, locked->timezone, arena, &ret_column->type.zone, err));
    return 0;
}

int text_lock_read(const struct source_spec *spec, struct conn *conn, struct arena *arena,
                   struct text_source *source, struct err *err)
{
    const struct source_lock *lock = spec->lock;
    if (!lock)
        return 0;
    struct text_column *columns = ARENA_ARRAY(arena, struct text_column, lock->column_count + 1);
    struct text_dialect *dialects =
        ARENA_ARRAY(arena, struct text_dialect, lock->dialect_count + 1);
    for (size_t i = 0; i < lock->column_count; i++)
        TRY(read_column(spec, &lock->columns[i], conn, arena, &columns[i], err));
    for (size_t i = 0; i < lock->dialect_count; i++)
        TRY(text_dialect_parse(lock->dialects[i], spec->said.format, arena, &dialects[i], err));
    source->locked = columns;
    source->locked_count = lock->column_count;
    source->locked_dialects = dialects;
    source->locked_dialect_count = lock->dialect_count;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each dialect once, in an order of its own. */
static const char **make_dialects(const struct text_table *table, struct arena *arena,
                                  size_t *ret_count)
{
    const char **dialects = ARENA_ARRAY(arena, const char *, table->file_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < table->file_count; i++)
        dialects[i] = text_dialect_json(&table->files[i].head.dialect, arena);
    qsort(dialects, table->file_count, sizeof(*dialects), compare);
    for (size_t i = 0; i < table->file_count; i++)
        if (count == 0 || !str_eq(dialects[count - 1], dialects[i]))
            dialects[count++] = dialects[i];
    *ret_count = count;
    return dialects;
}

const struct source_lock *text_lock_make(const struct text_table *table, struct arena *arena)
{
    struct source_lock *lock = ARENA_NEW(arena, struct source_lock);
    struct lock_column *columns = ARENA_ARRAY(arena, struct lock_column, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct text_type *type = &table->columns[i].type;
        char buffer[32];
        columns[i] = (struct lock_column){
            .name = table->columns[i].name,
            .type = arena_strdup(arena, text_type_sql(type, buffer)),
            .format = type->format,
            .timezone = type->zone ? type->zone->name : NULL,
        };
    }
    lock->columns = columns;
    lock->column_count = table->column_count;
    lock->dialects = make_dialects(table, arena, &lock->dialect_count);
    return lock;
}
