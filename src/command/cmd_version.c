/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/report.h"

int cmd_version(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(1024);
    if (str_eq(invocation_option(invocation, "format"), "json"))
        str_appendf(&text, "{\"leat\": \"%s\", \"duckdb\": \"%s\"}\n", LEAT_VERSION,
                    engine_version());
    else
        str_appendf(&text, "leat %s (DuckDB %s)\n", LEAT_VERSION, engine_version());
    return print_text(terminal, &text, err);
}
