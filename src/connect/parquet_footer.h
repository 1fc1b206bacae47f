/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_PARQUET_FOOTER_H
#define LEAT_CONNECT_PARQUET_FOOTER_H

#include "base/hash.h"

#include <stdint.h>

/*
 * The hash of a Parquet file's footer, which names every column, row group, offset and statistic. What is
 * not a whole Parquet file is ERR_DATA that names it.
 */
int parquet_footer_hash(const char *path, struct hash *ret_hash, struct err *err) WARN_UNUSED;

#endif
