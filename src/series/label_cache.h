/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_LABEL_CACHE_H
#define LEAT_SERIES_LABEL_CACHE_H

#include "parquet/read_rows.h"

/*
 * The series of label rows that were met before, in any file: labels are taken apart, sorted and looked up in the registry
 * once for each, and not once a file. Rows are compared as they lie in the file. Only for series/.
 */
#define LABEL_KEY_BYTES 32768
struct label_key {
    size_t len; /* 0: too long to be kept */
    uint8_t bytes[LABEL_KEY_BYTES];
};
void label_key_begin(struct label_key *key);
/* A row of the next column; `node` says what its levels mean. */
void label_key_add(struct label_key *key, const struct parquet_node *node,
                   const struct parquet_row *row);

struct label_cache;
struct label_cache *label_cache_new(void);
void label_cache_free(struct label_cache *cache);
bool label_cache_get(const struct label_cache *cache, const struct label_key *key,
                     uint32_t *ret_series);
void label_cache_put(struct label_cache *cache, const struct label_key *key, uint32_t series);

#endif
