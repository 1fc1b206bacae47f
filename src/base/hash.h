/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_HASH_H
#define LEAT_BASE_HASH_H

#include "base/err.h"

#include <stdint.h>

/* XXH3-128 as 32 hexadecimal digits: fingerprints of texts, files, settings. Not cryptographic. */
struct hash {
    char hex[33];
};
/* A stream of parts; parts are length-prefixed, so ("ab", "c") differs from ("a", "bc"). */
struct hasher;
struct hasher *hasher_new(void);
void hasher_free(struct hasher *hasher);
void hasher_add(struct hasher *hasher, const void *data, size_t len);
void hasher_add_text(struct hasher *hasher, const char *text); /* NULL differs from "" */
void hasher_add_i64(struct hasher *hasher, int64_t value);
struct hash hasher_end(struct hasher *hasher); /* frees the hasher */

/* Both hash the bytes alone, so a file and its content give the same. */
struct hash hash_bytes(const void *data, size_t len);
int hash_file(const char *path, struct hash *ret_hash, struct err *err) WARN_UNUSED;

#endif
