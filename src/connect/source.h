/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_SOURCE_H
#define LEAT_CONNECT_SOURCE_H

#include "base/str.h"
#include "connect/connect.h"

/* The formats there are. Only for connect/. */
extern const struct source_ops source_parquet, source_csv, source_tsv, source_json, source_jsonl,
    source_fixed_width, source_series;

#endif
