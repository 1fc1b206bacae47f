/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/open.h"
#include "command/report.h"

int cmd_clean(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *older_than = invocation_option(invocation, "older-than");
    bool is_foreign = invocation_flag(invocation, "foreign");
    bool is_dry = invocation_flag(invocation, "dry-run");
    struct session *session = NULL;
    struct lake_clean_result result = {0};
    int64_t age_us = 30 * US_PER_DAY;
    char bytes[32], count[32];
    AUTO(str_release) struct str text = STR_INIT(1024);
    if (older_than != NULL && duration_parse(older_than, &age_us, err) != 0)
        return err_context(err, "--older-than");
    if (is_foreign && older_than == NULL) {
        err_set(err, ERR_USAGE, "--foreign needs --older-than");
        return err_hint(err, "Another program may be writing right now: a file that it has not "
                             "published yet must not be taken for a forgotten one.");
    }
    TRY(open_session(invocation, terminal, OPEN_WRITE, &session, err));
    TRY(lake_clean(session->lake, now_us() - age_us, is_foreign, is_dry, &result, err));
    str_appendf(&text, "%s %s file%s (%s) of %lld old snapshot%s\n",
                is_dry ? "would remove" : "removed", format_count(result.file_count, count),
                result.file_count == 1 ? "" : "s", format_bytes(result.bytes, bytes),
                (long long)result.snapshot_count, result.snapshot_count == 1 ? "" : "s");
    return print_text(terminal, &text, err);
}
