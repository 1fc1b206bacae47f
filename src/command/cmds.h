/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_CMDS_H
#define LEAT_COMMAND_CMDS_H

#include "command/command.h"

/* The functions behind the table in commands.c, one cmd_<name>.c each. */
#define CMD(name) \
    int cmd_##name(struct invocation *invocation, struct terminal *terminal, struct err *err)
CMD(accept);
CMD(clean);
CMD(completion);
CMD(docs);
CMD(explain);
CMD(help);
CMD(history);
CMD(init);
CMD(lineage);
CMD(ls);
CMD(query);
CMD(rejects);
CMD(retry);
CMD(run);
CMD(test);
CMD(unit_test);
CMD(validate);
CMD(version);
#undef CMD

#endif
