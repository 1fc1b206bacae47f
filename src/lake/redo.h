/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_REDO_H
#define LEAT_LAKE_REDO_H

#include "lake/internal.h"

#include <fcntl.h>

enum redo_outcome {
    REDO_DONE,
    REDO_LOST,  /* staged and final both gone: the node is to be delivered again */
    REDO_FAILED /* see the error; the row stays */
};
/* One row. Fails without having changed anything, or leaves the step done. */
int redo_step(struct lake *lake, const struct redo_row *row, struct arena *arena,
              enum redo_outcome *ret_outcome, struct err *err) WARN_UNUSED;

#endif
