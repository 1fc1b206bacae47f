/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

/* JSON and JSON lines: options[2] says which. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= FUZZ_OPTIONS)
        fuzz_read(data, data[2] % 2 == 0 ? TEXT_JSON_LINES : TEXT_JSON, data + FUZZ_OPTIONS,
                  size - FUZZ_OPTIONS);
    return 0;
}
