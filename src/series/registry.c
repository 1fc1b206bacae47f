/* SPDX-License-Identifier: Apache-2.0 */
#include "series/registry.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct registry {
    pthread_mutex_t lock;
    struct arena arena;
    struct memory *memory;
    struct map by_labels; /* canonical text → struct series */
    struct series **items;
    size_t count, cap;
    int64_t max_id;
    int64_t reserved_bytes;
};

#define MAX_LABELS_BYTES 16384

struct registry *registry_new(struct memory *memory)
{
    struct registry *registry = alloc_zeroed(sizeof(*registry));
    pthread_mutex_init(&registry->lock, NULL);
    arena_init(&registry->arena, (size_t)1 << 30);
    map_init(&registry->by_labels, &registry->arena);
    registry->memory = memory;
    return registry;
}

void registry_free(struct registry *registry)
{
    if (registry == NULL)
        return;
    if (registry->memory != NULL)
        memory_release(registry->memory, registry->reserved_bytes);
    arena_release(&registry->arena);
    pthread_mutex_destroy(&registry->lock);
    free(registry->items);
    free(registry);
}

static int by_name(const void *left, const void *right)
{
    const struct label *a = left;
    const struct label *b = right;
    return strcmp(a->name, b->name);
}

/* Lengths make it unambiguous whatever the labels hold. */
static size_t make_key(char *key, const struct label_set *labels)
{
    size_t used = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const char *parts[] = {labels->items[i].name, labels->items[i].value};
        for (size_t p = 0; p < 2; p++) {
            size_t len = strlen(parts[p]);
            if (used + len + 4 > MAX_LABELS_BYTES)
                return 0;
            key[used++] = (char)(1 + (len & 0x7F));
            key[used++] = (char)(1 + (len >> 7));
            memcpy(key + used, parts[p], len);
            used += len;
        }
    }
    key[used] = '\0';
    return used + 1;
}

static struct series *add_series(struct registry *registry, const char *key,
                                 const struct label_set *labels)
{
    struct arena *arena = &registry->arena;
    struct series *series = ARENA_NEW(arena, struct series);
    series->labels.items = ARENA_ARRAY(arena, struct label, labels->count + 1);
    series->labels.count = labels->count;
    for (size_t i = 0; i < labels->count; i++) {
        series->labels.items[i].name = arena_strdup(arena, labels->items[i].name);
        series->labels.items[i].value = arena_strdup(arena, labels->items[i].value);
    }
    series->last_tick = INT64_MIN;
    series->first_tick = INT64_MAX;
    series->index = registry->count;
    if (registry->count == registry->cap) {
        registry->cap = registry->cap > 0 ? 2 * registry->cap : 256;
        registry->items = realloc(registry->items, registry->cap * sizeof(struct series *));
        if (registry->items == NULL)
            alloc_die("out of memory for the registry of series");
    }
    registry->items[registry->count++] = series;
    map_put(&registry->by_labels, key, series);
    return series;
}

static int find_locked(struct registry *registry, const char *key, const struct label_set *labels,
                       bool can_add, struct series **ret_series, struct err *err)
{
    struct series *series = map_get(&registry->by_labels, key);
    if (series == NULL && !can_add)
        return err_set(err, ERR_NOT_FOUND, "a series is not in the registry");
    if (series == NULL && registry->count == REGISTRY_MAX_SERIES) {
        err_set(err, ERR_DATA, "there are more than %d series", REGISTRY_MAX_SERIES);
        return err_hint(err, "Is a column among the labels that is a measurement or a time?");
    }
    if (series == NULL) {
        int64_t bytes = 4 * (int64_t)strlen(key) + 512;
        if (registry->memory != NULL)
            TRY(memory_reserve(registry->memory, bytes, "the registry of series", err));
        registry->reserved_bytes += bytes;
        series = add_series(registry, key, labels);
    }
    *ret_series = series;
    return 0;
}

int registry_find(struct registry *registry, struct label_set *labels, bool can_add,
                  struct series **ret_series, struct err *err)
{
    char key[MAX_LABELS_BYTES];
    if (labels->count > 1)
        qsort(labels->items, labels->count, sizeof(*labels->items), by_name);
    for (size_t i = 1; i < labels->count; i++)
        if (strcmp(labels->items[i - 1].name, labels->items[i].name) == 0)
            return err_set(err, ERR_DATA, "the label \"%.60s\" is there twice",
                           labels->items[i].name);
    if (make_key(key, labels) == 0)
        return err_set(err, ERR_DATA, "the labels of a series are longer than %d bytes",
                       MAX_LABELS_BYTES);
    pthread_mutex_lock(&registry->lock);
    int result = find_locked(registry, key, labels, can_add, ret_series, err);
    pthread_mutex_unlock(&registry->lock);
    return result;
}

int registry_restore(struct registry *registry, const struct series *known, struct err *err)
{
    struct series *series = NULL;
    struct label_set labels = known->labels;
    if (registry_find(registry, &labels, true, &series, err) != 0 || series == NULL)
        return -1;
    series->id = known->id;
    series->kind = known->kind;
    series->first_tick = known->first_tick;
    series->last_tick = known->last_tick;
    series->sample_count = known->sample_count;
    if (known->id > registry->max_id)
        registry->max_id = known->id;
    return 0;
}

static bool is_before(const struct series_place *a, const struct series_place *b)
{
    return a->file != b->file ? a->file < b->file : a->row < b->row;
}

int registry_note(struct registry *registry, struct series *series,
                  const struct series_facts *facts)
{
    pthread_mutex_lock(&registry->lock);
    struct series_place *first = &series->first[facts->kind];
    if (series->kind == SERIES_UNKNOWN)
        series->kind = facts->kind;
    if (first->path == NULL || is_before(&facts->first, first))
        *first = facts->first;
    series->sample_count += facts->sample_count;
    if (facts->first_tick < series->first_tick)
        series->first_tick = facts->first_tick;
    if (facts->last_tick > series->last_tick)
        series->last_tick = facts->last_tick;
    int result = series->kind == facts->kind ? 0 : -1;
    pthread_mutex_unlock(&registry->lock);
    return result;
}

/* Where the second kind of its samples begins; false: there is no second one. */
static bool find_change(const struct series *series, enum series_kind *ret_kind)
{
    const struct series_place *number = &series->first[SERIES_NUMBER];
    const struct series_place *text = &series->first[SERIES_TEXT];
    if (number->path != NULL && text->path != NULL) {
        *ret_kind = is_before(number, text) ? SERIES_TEXT : SERIES_NUMBER;
        return true;
    }
    *ret_kind = number->path != NULL ? SERIES_NUMBER : SERIES_TEXT;
    return series->first[*ret_kind].path != NULL && series->kind != *ret_kind;
}

const struct series *registry_clash(struct registry *registry, struct series_place *ret_place,
                                    struct series_place *ret_before, enum series_kind *ret_kind)
{
    const struct series *found = NULL;
    for (size_t i = 0; i < registry->count; i++) {
        const struct series *series = registry->items[i];
        enum series_kind kind = SERIES_UNKNOWN;
        if (!find_change(series, &kind) ||
            (found != NULL && !is_before(&series->first[kind], ret_place)))
            continue;
        found = series;
        *ret_kind = kind;
        *ret_place = series->first[kind];
        *ret_before = series->first[kind == SERIES_TEXT ? SERIES_NUMBER : SERIES_TEXT];
    }
    return found;
}

void registry_forget(struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        struct series *series = registry->items[i];
        series->kind = SERIES_UNKNOWN;
        series->first_tick = INT64_MAX;
        series->last_tick = INT64_MIN;
        series->sample_count = 0;
        memset(series->first, 0, sizeof(series->first));
    }
}

static int by_labels(const void *left, const void *right)
{
    const struct label_set *a = &(*(struct series *const *)left)->labels;
    const struct label_set *b = &(*(struct series *const *)right)->labels;
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = strcmp(a->items[i].name, b->items[i].name);
        if (order == 0)
            order = strcmp(a->items[i].value, b->items[i].value);
        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

void registry_number(struct registry *registry)
{
    struct series **fresh = ARENA_ARRAY(&registry->arena, struct series *, registry->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < registry->count; i++)
        if (registry->items[i]->id == 0)
            fresh[count++] = registry->items[i];
    if (count > 1)
        qsort(fresh, count, sizeof(struct series *), by_labels);
    for (size_t i = 0; i < count; i++)
        fresh[i]->id = ++registry->max_id;
}

size_t registry_count(struct registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    size_t count = registry->count;
    pthread_mutex_unlock(&registry->lock);
    return count;
}

struct series *registry_get(struct registry *registry, size_t index)
{
    pthread_mutex_lock(&registry->lock);
    struct series *series = registry->items[index];
    pthread_mutex_unlock(&registry->lock);
    return series;
}

void series_describe(const struct series *series, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < series->labels.count && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s=%s", i > 0 ? ", " : "",
                                 series->labels.items[i].name, series->labels.items[i].value);
}
