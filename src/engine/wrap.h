/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_WRAP_H
#define LEAT_ENGINE_WRAP_H

#include "base/str.h"
#include "engine/duck.h"

/* Putting a SELECT of the user's into a statement of ours. */

#define SQL_MAX_BYTES ((size_t)64 << 20)

/*
 * The end of the string, quoted name, comment or dollar-quoted text that begins at `at`; `at` itself
 * when none does.
 */
const char *sql_skip_opaque(const char *at);
const char *sql_skip_blank(const char *at); /* white space and comments */
size_t sql_first_end(const char *sql);      /* the first semicolon; else the end of the text */
/* `before` + the statement + `after` in `buffer`, which must outlive the answer. */
struct sql_text sql_wrap(struct str *buffer, const char *before, const char *sql,
                         const char *after);

#endif
