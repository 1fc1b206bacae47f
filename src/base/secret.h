/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_SECRET_H
#define LEAT_BASE_SECRET_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * A value that must never be shown. It has its own type, so that printing one by mistake does not
 * compile; secret_reveal() is the only way to the text. Values below 4 characters are not masked in
 * foreign text (masking "a" everywhere would help nobody).
 */
struct secret {
    const char *hidden_;
};
const char *secret_reveal(struct secret secret);

/* Every secret of the project; whatever leaves the program passes through secrets_mask(). */
struct secrets {
    VEC(struct secret) list;
};
/* A copy of the value; an equal one is kept once. NULL is no secret and reveals "". */
struct secret secrets_add(struct secrets *secrets, struct arena *arena, const char *value);
/*
 * Replaces each secret in `text` by "***", in place (the text never grows: "***" fits, see above).
 * Secrets that overlap become one "***". Only the exact text is found, no encoded form of it.
 */
void secrets_mask(const struct secrets *secrets, char *text);
/* Whether secrets_mask() would find one in `text`, which may be NULL. */
bool secrets_contain(const struct secrets *secrets, const char *text);

#endif
