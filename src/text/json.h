/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_H
#define LEAT_TEXT_JSON_H

#include "text/dialect.h"

/*
 * text_detect() of JSON and JSON lines. Of a document the first MB is read to find the path to the records,
 * when it is not declared: the top, when that is a list, else the only list of objects in the top object. A step of a path
 * that holds a dot or a backslash has a backslash before it.
 */
int json_detect(const struct text_file *file, const struct text_dialect *said,
                struct memory *memory, struct arena *arena, struct text_head *ret_head,
                struct err *err) WARN_UNUSED;

#endif
