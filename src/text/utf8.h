/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_UTF8_H
#define LEAT_TEXT_UTF8_H

#include <stddef.h>

/* How many leading bytes are UTF-8 without NUL bytes (no surrogates, no overlong forms). */
size_t utf8_valid(const char *text, size_t len);
/* The longest prefix of at most `max` bytes that cuts no character and holds no control byte; for messages with "%.*s". */
int utf8_prefix(const char *text, size_t len, size_t max);

#endif
