/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/grid_path.h"

#include "connect/output.h"

#include <string.h>
#include <time.h>

#define MAX_KEYS 16
#define MAX_PATH_BYTES 4096

struct grid_path {
    struct template template;
    const char *keys[MAX_KEYS];
    size_t key_count;
    size_t *key_of_part;
};

static int add_key(struct grid_path *path, const char *column, size_t *ret_key, struct err *err)
{
    for (size_t i = 0; i < path->key_count; i++) {
        if (str_eq(path->keys[i], column)) {
            *ret_key = i;
            return 0;
        }
    }
    if (path->key_count == MAX_KEYS)
        return err_set(err, ERR_CONFIG, "a grid's path names more than %d columns", MAX_KEYS);
    *ret_key = path->key_count;
    path->keys[path->key_count++] = column;
    return 0;
}

/* Two hours must never have one path. */
static bool tells_hours(const char *format)
{
    bool has_day = strstr(format, "%j") != NULL || (strstr(format, "%m") && strstr(format, "%d"));
    bool has_week = strstr(format, "%G") && strstr(format, "%V") && strstr(format, "%u");
    return strstr(format, "%H") && (has_week || (strstr(format, "%Y") && has_day));
}

static int fail_time(const char *path, struct err *err)
{
    err_set(err, ERR_CONFIG, "the path \"%s\" of a grid does not tell hours apart", path);
    return err_hint(err, "Name the hour in it: {time:%%Y/%%m/%%d/%%H}.");
}

int grid_path_new(const char *path, struct arena *arena, struct grid_path **ret_path,
                  struct err *err)
{
    struct grid_path *parsed = ARENA_NEW(arena, struct grid_path);
    bool has_time = false;
    TRY(template_parse(path, arena, &parsed->template, err));
    parsed->key_of_part = ARENA_ARRAY(arena, size_t, parsed->template.count + 1);
    for (size_t i = 0; i < parsed->template.count; i++) {
        const struct template_part *part = &parsed->template.parts[i];
        if (part->kind == TEMPLATE_VALUE)
            TRY(add_key(parsed, part->column, &parsed->key_of_part[i], err));
        if (part->kind == TEMPLATE_TIME && !str_eq(part->column, "time"))
            return err_set(err, ERR_CONFIG, "{%s:…} in a grid's path: only {time:…} has a format",
                           part->column);
        has_time |= part->kind == TEMPLATE_TIME && tells_hours(part->text);
    }
    if (!has_time)
        return fail_time(path, err);
    *ret_path = parsed;
    return 0;
}

struct grid_path_keys grid_path_keys(const struct grid_path *path)
{
    return (struct grid_path_keys){path->keys, path->key_count};
}

int grid_path_check(const struct grid_path *path, const char *const *values, struct err *err)
{
    for (size_t i = 0; i < path->key_count; i++)
        TRY(output_check_value(path->keys[i], values[i], err));
    return 0;
}

static void append_time(struct str *text, const char *format, const struct zone *zone,
                        int64_t start_us)
{
    char buffer[200];
    time_t local = (time_t)(zone_to_local(zone, start_us) / US_PER_SECOND);
    struct tm tm;
    gmtime_r(&local, &tm);
    if (strftime(buffer, sizeof(buffer), format, &tm) > 0)
        str_append(text, buffer);
}

char *grid_path_make(const struct grid_path *path, const char *const *values,
                     const struct zone *zone, int64_t start_us, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(MAX_PATH_BYTES);
    for (size_t i = 0; i < path->template.count; i++) {
        const struct template_part *part = &path->template.parts[i];
        if (part->kind == TEMPLATE_TEXT)
            str_append(&text, part->text);
        else if (part->kind == TEMPLATE_VALUE)
            str_append(&text, values[path->key_of_part[i]]);
        else
            append_time(&text, part->text, zone, start_us);
    }
    return arena_strdup(arena, str_text(&text));
}
