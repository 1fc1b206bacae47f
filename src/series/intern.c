/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "series/scan.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* States are few and short; what is not is no state. */
#define MAX_TEXT_BYTES 1000
#define MAX_TEXTS 10000

struct intern {
    pthread_mutex_t lock;
    struct arena arena;
    struct map texts;
};

struct intern *intern_new(void)
{
    struct intern *intern = alloc_zeroed(sizeof(*intern));
    pthread_mutex_init(&intern->lock, NULL);
    arena_init(&intern->arena, (size_t)64 << 20);
    map_init(&intern->texts, &intern->arena);
    return intern;
}

void intern_free(struct intern *intern)
{
    if (intern == NULL)
        return;
    arena_release(&intern->arena);
    pthread_mutex_destroy(&intern->lock);
    free(intern);
}

const char *intern_text(struct intern *intern, const char *text, size_t len)
{
    char key[MAX_TEXT_BYTES + 1];
    if (len > MAX_TEXT_BYTES || memchr(text, '\0', len) != NULL)
        return NULL;
    memcpy(key, text, len);
    key[len] = '\0';
    pthread_mutex_lock(&intern->lock);
    const char *known = map_get(&intern->texts, key);
    if (known == NULL && intern->texts.count < MAX_TEXTS) {
        known = arena_strdup(&intern->arena, key);
        map_put(&intern->texts, key, (void *)known);
    }
    pthread_mutex_unlock(&intern->lock);
    return known;
}
