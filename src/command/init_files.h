/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_INIT_FILES_H
#define LEAT_COMMAND_INIT_FILES_H

#include <stddef.h>

/* The files of a new project; "@NAME@" in a text is its name. */
struct init_file {
    const char *path, *text;
};
extern const struct init_file init_files[];
extern const size_t init_file_count;

#endif
