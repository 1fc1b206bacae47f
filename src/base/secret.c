/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "base/str.h"

#include <string.h>

#define SHORTEST_MASKED 4 /* characters; and more than the 3 of "***" */

const char *secret_reveal(struct secret secret)
{
    return secret.hidden_ != NULL ? secret.hidden_ : "";
}

struct secret secrets_add(struct secrets *secrets, struct arena *arena, const char *value)
{
    for (size_t i = 0; i < secrets->list.count; i++)
        if (str_eq(secrets->list.items[i].hidden_, value))
            return secrets->list.items[i];
    struct secret secret = {arena_strdup(arena, value)};
    if (value != NULL)
        VEC_PUSH(arena, secrets->list, secret);
    return secret;
}

/* The length of the longest secret that starts here, or 0. */
static size_t secret_at(const struct secrets *secrets, const char *text)
{
    size_t longest = 0;
    for (size_t i = 0; i < secrets->list.count; i++) {
        const char *value = secrets->list.items[i].hidden_;
        size_t len = strlen(value);
        if (len >= SHORTEST_MASKED && len > longest && strncmp(text, value, len) == 0)
            longest = len;
    }
    return longest;
}

bool secrets_contain(const struct secrets *secrets, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if (secret_at(secrets, text) > 0)
            return true;
    return false;
}

/*
 * Overlapping secrets are masked as one run. Its "***" is written only when the run has ended,
 * because a second secret may start inside it and is still to be compared.
 */
void secrets_mask(const struct secrets *secrets, char *text)
{
    size_t out = 0, covered_to = 0;
    for (size_t i = 0;; i++) {
        size_t len = secret_at(secrets, text + i);
        bool was_covered = i > 0 && covered_to >= i;
        if (len > 0 && i + len > covered_to)
            covered_to = i + len;
        if (was_covered && covered_to == i) {
            memcpy(text + out, "***", 3);
            out += 3;
        }
        if (covered_to > i)
            continue;
        text[out++] = text[i];
        if (text[i] == '\0')
            break;
    }
}
