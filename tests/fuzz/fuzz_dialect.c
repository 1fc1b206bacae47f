/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "text/typing.h"

#include <stdlib.h>
#include <string.h>

/* A dialect of the schema lock (JSON, from a file that people may have edited), and the name of a type. */
static void parse_dialect(const char *json, enum text_format format)
{
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct text_dialect dialect, again;
    struct err err = {0};
    if (text_dialect_parse(json, format, &arena, &dialect, &err) == 0) {
        char *text = text_dialect_json(&dialect, &arena);
        fuzz_require(text_dialect_describe(&dialect, &arena) != NULL, "no description");
        if (text_dialect_parse(text, format, &arena, &again, &err) != 0)
            fuzz_fail("what was written is not read: %s", text);
        fuzz_require(strcmp(text, text_dialect_json(&again, &arena)) == 0,
                     "what is read again is something else");
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    struct text_type type;
    char name[32];
    if (text_type_parse(text, &type))
        fuzz_require(text_type_sql(&type, name) != NULL, "a type without a name");
    parse_dialect(text, (enum text_format)(data[0] % (TEXT_JSON_LINES + 1u)));
    free(text);
    return 0;
}
