/* SPDX-License-Identifier: Apache-2.0 */
#include "base/batch.h"

#include <stddef.h>

void batch_release(struct batch *batch)
{
    if (batch->array.release != NULL)
        batch->array.release(&batch->array);
    batch->array.release = NULL;
}
