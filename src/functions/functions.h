/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_FUNCTIONS_H
#define LEAT_FUNCTIONS_FUNCTIONS_H

#include "engine/engine.h"

/* The SQL functions that leat adds. The table is what `leat docs functions` prints. */
struct function_doc {
    const char *name;
    const char *signature;
    const char *summary; /* one sentence */
    const char *detail;  /* arguments, units, errors, source of the method; Markdown */
    const char *example; /* SQL that runs as it stands */
};
extern const struct function_doc function_docs[];
extern const size_t function_doc_count;

/* Makes all of them known to an engine; once per engine. */
int functions_register(struct engine *engine, struct err *err) WARN_UNUSED;

#endif
