/* SPDX-License-Identifier: Apache-2.0 */
#include "series/samples.h"

#include <stdlib.h>
#include <string.h>

bool sample_is_equal(union grid_value a, union grid_value b, bool is_text)
{
    if (is_text)
        return a.text == b.text;
    return a.number == b.number || (a.number != a.number && b.number != b.number);
}

bool sample_is_greater(union grid_value a, union grid_value b, bool is_text)
{
    if (is_text)
        return strcmp(a.text, b.text) > 0;
    return a.number > b.number || (b.number != b.number && a.number == a.number);
}

static int by_instant(const void *left, const void *right)
{
    const struct sample *a = left;
    const struct sample *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

static bool is_sorted(const struct series_samples *samples)
{
    for (size_t i = 1; i < samples->item_count; i++)
        if (samples->items[i - 1].at > samples->items[i].at)
            return false;
    return true;
}

void samples_settle(struct series_samples *samples, bool is_text)
{
    struct sample *items = samples->items;
    size_t kept = 0;
    bool is_disputed = false;
    if (!is_sorted(samples))
        qsort(items, samples->item_count, sizeof(*items), by_instant);
    for (size_t i = 0; i < samples->item_count; i++) {
        if (kept == 0 || items[kept - 1].at != items[i].at) {
            items[kept++] = items[i];
            is_disputed = false;
            continue;
        }
        struct sample *used = &items[kept - 1];
        samples->duplicates++;
        if (sample_is_equal(used->value, items[i].value, is_text))
            continue;
        samples->conflicts += !is_disputed;
        is_disputed = true;
        if (sample_is_greater(items[i].value, used->value, is_text))
            used->value = items[i].value;
    }
    samples->item_count = kept;
}
