/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_ZONES_H
#define LEAT_ENGINE_ZONES_H

#include "base/instant.h"
#include "engine/engine.h"

/*
 * Zone transitions 1900-2100, asked from DuckDB's ICU (so that leat and SQL agree), found by
 * comparing offsets 3 days apart and narrowing where they differ, to the second. One zone takes some
 * milliseconds; the answer can be kept as text and read back without an engine.
 */
int zone_load(struct conn *conn, const char *name, struct arena *arena,
              const struct zone **ret_zone,
              struct err *err) WARN_UNUSED; /* unknown: ERR_CONFIG with the nearest name */
/* "<seconds since epoch or -> <offset>;…", for caches. */
char *zone_to_text(const struct zone *zone, struct arena *arena);
int zone_from_text(const char *name, const char *text, struct arena *arena,
                   const struct zone **ret_zone, struct err *err) WARN_UNUSED;

#endif
