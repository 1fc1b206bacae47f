/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MAX 64

static const char *kind_name(const struct yaml *node)
{
    if (node->kind == YAML_MAP)
        return "a mapping";
    if (node->kind == YAML_LIST)
        return "a list";
    return yaml_is_null(node) ? "nothing" : "a text";
}

static void expect(struct loader *loader, const struct yaml *node, const char *key,
                   const char *expected)
{
    if (node->kind == YAML_SCALAR && !yaml_is_null(node))
        problem_add(loader->problems, node->place, "\"%s\" is \"%s\"; expected %s", key, node->text,
                    expected);
    else
        problem_add(loader->problems, node->place, "\"%s\" is %s; expected %s", key,
                    kind_name(node), expected);
}

static void unknown_key(struct loader *loader, const struct yaml *key,
                        const struct setting_level *level)
{
    const char *known[KNOWN_MAX];
    size_t count = 0;
    for (size_t i = 0; i < level->count && count < KNOWN_MAX; i++)
        if (!level->items[i].is_later)
            known[count++] = level->items[i].name;
    problem_add(loader->problems, key->place, "unknown key \"%s\" in %s", key->text, level->name);
    problem_nearest(loader->problems, key->text, known, count);
}

bool field_map(struct loader *loader, const struct yaml *node, enum setting_level_id id)
{
    const struct setting_level *level = &setting_levels[id];
    if (node->kind != YAML_MAP) {
        problem_add(loader->problems, node->place,
                    "found %s; expected a mapping, the settings of %s", kind_name(node),
                    level->name);
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct setting_doc *setting = setting_find(level, node->keys[i]->text);
        if (!setting) {
            unknown_key(loader, node->keys[i], level);
        } else if (setting->is_later) {
            problem_add(loader->problems, node->keys[i]->place,
                        "\"%s\" is not available in this version", setting->name);
            problem_hint(loader->problems, "Planned: %s", setting->help);
        }
    }
    return true;
}

static const struct yaml *scalar(struct loader *loader, const struct yaml *map, const char *key,
                                 const char *expected)
{
    const struct yaml *node = yaml_get(map, key);
    if (!node || (node->kind == YAML_SCALAR && !yaml_is_null(node)))
        return node;
    expect(loader, node, key, expected);
    return NULL;
}

const char *field_text(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = scalar(loader, map, key, "a text");
    return node ? node->text : NULL;
}

const char *field_expanded(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = scalar(loader, map, key, "a text");
    return node ? expand(loader, node) : NULL;
}

int field_choice(struct loader *loader, const struct yaml *map, enum setting_level_id level,
                 const char *key, int otherwise)
{
    const struct yaml *node = scalar(loader, map, key, "a word");
    if (!node)
        return otherwise;
    const char *const *choices = setting_find(&setting_levels[level], key)->choices;
    size_t count = 0;
    for (; choices[count]; count++)
        if (strcmp(choices[count], node->text) == 0)
            return (int)count;
    struct str list = STR_INIT(256);
    for (size_t i = 0; i < count; i++)
        str_appendf(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", choices[i]);
    problem_add(loader->problems, node->place, "\"%s\" is \"%s\"; expected %s", key, node->text,
                str_text(&list));
    str_release(&list);
    const char *nearest = nearest_name(node->text, choices, count);
    if (nearest)
        problem_hint(loader->problems, "Did you mean \"%s\"?", nearest);
    return otherwise;
}

bool field_boolean(struct loader *loader, const struct yaml *map, const char *key, bool otherwise)
{
    const struct yaml *node = scalar(loader, map, key, "true or false");
    if (!node)
        return otherwise;
    if (str_eq(node->text, "true"))
        return true;
    if (!str_eq(node->text, "false"))
        expect(loader, node, key, "true or false");
    return false;
}

int64_t field_integer(struct loader *loader, const struct yaml *map, const char *key, int64_t min,
                      int64_t max, int64_t otherwise)
{
    const struct yaml *node = scalar(loader, map, key, "a whole number");
    if (!node)
        return otherwise;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(node->text, &end, 10);
    if (errno == 0 && *end == '\0' && end != node->text && value >= min && value <= max)
        return value;
    char expected[80];
    snprintf(expected, sizeof(expected),
             max == INT64_MAX ? "a whole number from %lld" : "a whole number from %lld to %lld",
             (long long)min, (long long)max);
    expect(loader, node, key, expected);
    return otherwise;
}

int64_t field_size(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = scalar(loader, map, key, "a size such as 4GB");
    const char *text = node ? expand(loader, node) : NULL;
    long long bytes = 0;
    if (text && (!parse_bytes(text, &bytes) || bytes <= 0)) {
        expect(loader, node, key, "a size such as 4GB or 512MB");
        bytes = 0;
    }
    return bytes;
}

int64_t field_duration(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = scalar(loader, map, key, "a duration such as 1d");
    int64_t us = 0;
    struct err err = {0};
    if (node && (duration_parse(node->text, &us, &err) != 0 || us < 0)) {
        expect(loader, node, key, "a duration such as 15min, 2h or 1d");
        us = 0;
    }
    return us;
}

struct text_list yaml_texts(struct loader *loader, const struct yaml *node)
{
    struct text_list list = {0};
    size_t count = node->kind == YAML_LIST ? node->count : 1;
    const char **items = ARENA_ARRAY(loader->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct yaml *item = node->kind == YAML_LIST ? node->items[i] : node;
        if (item->kind == YAML_SCALAR && !yaml_is_null(item))
            items[list.count++] = item->text;
        else
            problem_add(loader->problems, item->place, "found %s; expected a text",
                        kind_name(item));
    }
    list.items = items;
    return list;
}

struct text_list field_texts(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);
    return node ? yaml_texts(loader, node) : (struct text_list){0};
}

const struct zone *field_zone(struct loader *loader, const struct yaml *map, const char *key,
                              const char **ret_name)
{
    const struct yaml *node = scalar(loader, map, key, "a time zone such as Europe/Vilnius");
    const char *name = node ? expand(loader, node) : NULL;
    const struct zone *zone = name ? sqltext_zone(loader, node->place, name) : NULL;
    if (zone)
        *ret_name = zone->name;
    return zone;
}

struct place field_place(const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);
    return node ? node->place : map->place;
}

bool name_is_good(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return len > 0 && len <= 100 && name[len] == '\0' && !(name[0] >= '0' && name[0] <= '9');
}
