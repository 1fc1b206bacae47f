/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= FUZZ_OPTIONS)
        fuzz_read(data, TEXT_FIXED_WIDTH, data + FUZZ_OPTIONS, size - FUZZ_OPTIONS);
    return 0;
}
