/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"

#include <string.h>

#define CHOICES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SELECT                                                                            \
    {                                                                                     \
        .name = "select", .letter = 's', .kind = OPTION_LIST, .value_name = "NODES",      \
        .help = "Only these: a, +a, 2+a, tag:x, path:x, source:x.", .default_text = "all" \
    }
#define EXCLUDE                                                                                  \
    {                                                                                            \
        .name = "exclude", .kind = OPTION_LIST, .value_name = "NODES", .help = "But not these.", \
        .default_text = "none"                                                                   \
    }
#define FORMAT(default_format, ...)                                                               \
    {                                                                                             \
        .name = "format", .letter = 'o', .kind = OPTION_TEXT, .value_name = "FORMAT",             \
        .help = "Output format.", .default_text = default_format, .choices = CHOICES(__VA_ARGS__) \
    }
#define FLAG(flag_name, flag_help)                                \
    {                                                             \
        .name = flag_name, .kind = OPTION_FLAG, .help = flag_help \
    }
#define TEXT(text_name, value, text_help, text_default)                                 \
    {                                                                                   \
        .name = text_name, .kind = OPTION_TEXT, .value_name = value, .help = text_help, \
        .default_text = text_default                                                    \
    }
#define END          \
    {                \
        .name = NULL \
    }

static const struct option validate_options[] = {FORMAT("text", "text", "json"), END};
static const struct option run_options[] = {
    SELECT,
    EXCLUDE,
    FLAG("full-refresh", "Build again from nothing, though nothing changed."),
    TEXT("start", "TIME", "Only partitions from here on, such as 2024-06-05.", NULL),
    TEXT("end", "TIME", "Only partitions before this.", NULL),
    FLAG("fail-fast", "Stop at the first failure."),
    FLAG("dry-run", "Print the plan; build nothing."),
    FLAG("adopt", "Take over others' files in an output's way."),
    FLAG("prune", "Allow removing over 10 % of an output's files."),
    END};
static const struct option rejects_options[] = {
    TEXT("output", "FILE", "Write the records as they stand in their files.", NULL),
    TEXT("file", "NAME", "Only those of this file, as the list names it.", NULL),
    FORMAT("table", "table", "csv", "json", "jsonl"), END};
static const struct option accept_options[] = {FLAG("dry-run", "Only show what would change."),
                                               END};
static const struct option retry_options[] = {
    TEXT("from", "FILE", "Records of SOURCE that were exported and mended.", NULL),
    FLAG("fail-fast", "Stop at the first failure."),
    FLAG("dry-run", "Print the plan; build nothing."),
    FLAG("adopt", "Take over others' files in an output's way."),
    FLAG("prune", "Allow removing over 10 % of an output's files."),
    END};
static const struct option test_options[] = {SELECT, EXCLUDE, END};
static const struct option ls_options[] = {
    SELECT, EXCLUDE, FLAG("sources", "Only the sources, and how their files are written."),
    FORMAT("table", "table", "csv", "json", "jsonl"), END};
static const struct option clean_options[] = {
    TEXT("older-than", "AGE", "Forget snapshots older than this, such as 30d.", "30d"),
    FLAG("foreign", "Also data files that nobody names, not leat's own."),
    FLAG("dry-run", "Only tell what would go."), END};
static const struct option query_options[] = {
    TEXT("at", "WHEN", "The state at a snapshot or time: 12, 2024-06-05.", "now"),
    FORMAT("table", "table", "csv", "json", "jsonl", "parquet"),
    TEXT("output", "FILE", "Write to FILE; its ending chooses the format.", "the screen"), END};
static const struct option lineage_options[] = {FORMAT("text", "text", "json", "mermaid"), END};
static const struct option history_options[] = {TEXT("limit", "N", "The newest N runs.", "20"),
                                                FORMAT("table", "table", "csv", "json", "jsonl"),
                                                END};
static const struct option version_options[] = {FORMAT("text", "text", "json"), END};

/* In the order in which they are met. */
const struct command commands[] = {
    {.name = "init",
     .args = "[DIR]",
     .max_args = 1,
     .summary = "Make a small project that runs at once.",
     .detail = "Writes leat.yaml, a sample input, two models, checks, an output, a unit test.\n"
               "Files that are there already are never overwritten.",
     .example = "leat init shop && leat run -C shop",
     .run = cmd_init},
    {.name = "validate",
     .summary = "Check the project; name every mistake with its place.",
     .detail = "Reads leat.yaml, models and tests, and binds the SQL. Nothing is run.",
     .example = "leat validate\nleat validate --format json",
     .options = validate_options,
     .needs_project = true,
     .run = cmd_validate},
    {.name = "run",
     .alias = "build",
     .args = "[NODE…]",
     .max_args = 64,
     .summary = "Build what is new or changed, check it, publish it.",
     .detail = "NODE is a selector: a; +a, it and what it is made from; 2+a, two steps back;\n"
               "a+, it and what is made from it; tag:x; path:models/x; source:x; names with *.\n"
               "A space means or, a comma and. Params of the project are options too.",
     .example = "leat run\nleat run +energy.daily --dry-run\nleat run --input data/ --memory 4GB",
     .options = run_options,
     .needs_project = true,
     .run = cmd_run},
    {.name = "test",
     .args = "[NODE…]",
     .max_args = 64,
     .summary = "Run the checks on the published tables.",
     .example = "leat test\nleat test energy.daily",
     .options = test_options,
     .needs_project = true,
     .run = cmd_test},
    {.name = "unit-test",
     .args = "[NAME…]",
     .max_args = 64,
     .summary = "Run the models' unit tests, without the warehouse.",
     .detail = "A NAME is a test or a model; without one all tests run.",
     .example = "leat unit-test\nleat unit-test energy.daily",
     .needs_project = true,
     .run = cmd_unit_test},
    {.name = "ls",
     .args = "[NODE…]",
     .max_args = 64,
     .summary = "List sources, models and outputs.",
     .example = "leat ls\nleat ls -s +energy.daily -o json",
     .options = ls_options,
     .needs_project = true,
     .run = cmd_ls},
    {.name = "explain",
     .args = "NODE",
     .min_args = 1,
     .max_args = 1,
     .summary = "Say why a node would run or not, and what it reads.",
     .example = "leat explain energy.daily",
     .needs_project = true,
     .run = cmd_explain},
    {.name = "query",
     .args = "SQL",
     .min_args = 1,
     .max_args = 1,
     .summary = "Answer one SELECT from the warehouse.",
     .detail = "SQL is one SELECT or EXPLAIN; \"-\" reads it from stdin. Nothing but the\n"
               "warehouse can be read, and nothing can be written but --output FILE.",
     .example = "leat query \"SELECT count(*) FROM energy.daily\"\n"
                "leat query --at 2024-06-05 -o csv \"FROM energy.daily\"",
     .options = query_options,
     .needs_project = true,
     .run = cmd_query},
    {.name = "lineage",
     .args = "[NODE]",
     .max_args = 1,
     .summary = "Show what is made from what.",
     .detail = "With a NODE: what it is made from and what is made from it.",
     .example = "leat lineage\nleat lineage energy.daily -o mermaid",
     .options = lineage_options,
     .needs_project = true,
     .run = cmd_lineage},
    {.name = "history",
     .args = "[RUN]",
     .max_args = 1,
     .summary = "List past runs, or the nodes of one.",
     .detail = "The beginning of a run's name is enough; \"last\" is the newest.",
     .example = "leat history\nleat history last",
     .options = history_options,
     .needs_project = true,
     .run = cmd_history},
    {.name = "rejects",
     .args = "[SOURCE]",
     .max_args = 1,
     .summary = "List records of text that do not fit, or export them to mend.",
     .detail = "With --output FILE those of SOURCE are written as they stand in its files.\n"
               "Mend them there, each at its place; then: leat retry SOURCE --from FILE",
     .example = "leat rejects\nleat rejects sales --output sales-rejected.csv",
     .options = rejects_options,
     .needs_project = true,
     .run = cmd_rejects},
    {.name = "accept",
     .args = "SOURCE…",
     .min_args = 1,
     .max_args = 64,
     .summary = "Take the files of a text source as they are now, and lock that.",
     .detail = "Reads the source without its schema lock: the types are found anew from\n"
               "all values.\n"
               "Shows what changes, and publishes the table and its lock together.",
     .example = "leat accept sales --dry-run\nleat accept sales",
     .options = accept_options,
     .needs_project = true,
     .run = cmd_accept},
    {.name = "retry",
     .args = "[SOURCE]",
     .max_args = 1,
     .summary = "Run again what failed in the last run, and what follows.",
     .detail = "With SOURCE and --from FILE: take mended records in (see leat rejects), and\n"
               "read the\n"
               "source with them. A record left as it is stays rejected.",
     .example = "leat retry\nleat retry sales --from sales-rejected.csv",
     .options = retry_options,
     .needs_project = true,
     .run = cmd_retry},
    {.name = "clean",
     .summary = "Forget old snapshots and remove their files.",
     .detail = "The newest state is never touched. --foreign goes together with --older-than.",
     .example = "leat clean --older-than 30d --dry-run",
     .options = clean_options,
     .needs_project = true,
     .run = cmd_clean},
    {.name = "docs",
     .args = "settings|commands|errors|functions",
     .min_args = 1,
     .max_args = 1,
     .summary = "Print the reference, as Markdown.",
     .example = "leat docs settings",
     .run = cmd_docs},
    {.name = "completion",
     .args = "bash",
     .min_args = 1,
     .max_args = 1,
     .summary = "Print the completion script of a shell.",
     .example = "source <(leat completion bash)",
     .run = cmd_completion},
    {.name = "version",
     .summary = "Print the version.",
     .example = "leat version -o json",
     .options = version_options,
     .run = cmd_version},
    {.name = "help",
     .args = "[COMMAND]",
     .max_args = 1,
     .summary = "Explain a command, or the options of all: leat help options.",
     .example = "leat help run",
     .run = cmd_help},
};
const size_t command_count = ARRAY_COUNT(commands);

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0 ||
            (commands[i].alias != NULL && strcmp(commands[i].alias, name) == 0))
            return &commands[i];
    return NULL;
}
