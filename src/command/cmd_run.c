/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/running.h"

int cmd_run(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {.started_us = monotonic_us()};
    return running_execute(invocation, terminal, &running, err);
}

int cmd_retry(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {.is_retry = true, .started_us = monotonic_us()};
    return running_execute(invocation, terminal, &running, err);
}

int cmd_test(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct running running = {.is_test_only = true, .started_us = monotonic_us()};
    return running_execute(invocation, terminal, &running, err);
}
