/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_REPORT_H
#define LEAT_COMMAND_REPORT_H

#include "command/command.h"

/* What is said on stderr: errors, warnings, mistakes in the project. Secrets are masked, `--log-format json` is obeyed. */
void report_err(const struct terminal *terminal, const struct err *plain);
/* The error with the advice only the terminal can give: how much memory there is, when it was too little. */
struct err advised_err(const struct terminal *terminal, const struct err *err);
/* `models/x/y.sql:12:5: error: …` and the hint, one after the other, to `out`. */
void report_problems(const struct terminal *terminal, FILE *out, const struct problems *problems);
void report_warning(const struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void report_note(const struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes the text to stdout, masked. ERR_INTERNAL when it had become too long. */
int print_text(const struct terminal *terminal, struct str *text, struct err *err) WARN_UNUSED;
/* Fails when not everything could be written; as ERR_CANCELLED when the reader of a pipe has gone. */
int output_flush(FILE *out, struct err *err) WARN_UNUSED;

#endif
