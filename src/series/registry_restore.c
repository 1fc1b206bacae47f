/* SPDX-License-Identifier: Apache-2.0 */
#include "series/registry.h"

#include "base/str.h"

#include <jansson.h>

static void free_json(json_t **json)
{
    json_decref(*json);
}

int registry_restore_json(struct registry *registry, const struct series *known, const char *labels,
                          struct err *err)
{
    AUTO(free_json) json_t *object = json_loads(labels == NULL ? "" : labels, 0, NULL);
    struct label items[REGISTRY_MAX_LABELS];
    struct series series = *known;
    const char *name;
    json_t *value;
    bool is_sound = json_is_object(object) && json_object_size(object) <= ARRAY_COUNT(items);
    series.labels = (struct label_set){.items = items};
    if (is_sound)
        json_object_foreach(object, name, value)
        {
            is_sound = is_sound && json_is_string(value);
            items[series.labels.count++] = (struct label){name, json_string_value(value)};
        }
    if (!is_sound)
        return err_set(err, ERR_DATA, "series %lld of the registry has no sound labels",
                       (long long)known->id);
    return registry_restore(registry, &series, err);
}
