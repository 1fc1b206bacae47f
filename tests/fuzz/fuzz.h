/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TESTS_FUZZ_H
#define LEAT_TESTS_FUZZ_H

#include "base/arena.h"
#include "text/reader.h"

/*
 * What the targets share. An input is FUZZ_OPTIONS bytes that say what is declared of the text (all zero:
 * nothing, everything is found out), and then the text.
 */
#define FUZZ_OPTIONS 8
#define FUZZ_ARENA_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file that holds the bytes; its path is valid until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);
/* What the options declare of a text of the format. */
void fuzz_dialect(const uint8_t *options, enum text_format format,
                  struct text_dialect *ret_dialect);
/* Ends the program with the message: a property does not hold. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void fuzz_require(bool is_true, const char *what);

/*
 * Detects the text, reads it whole and reads it cut in pieces of about options[7] bytes: both must give
 * the same records. `bytes` are those of the file where the records' raw text must be found, or NULL.
 */
void fuzz_read(const uint8_t *options, enum text_format format, const uint8_t *bytes, size_t size);

#endif
