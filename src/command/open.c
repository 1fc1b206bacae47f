/* SPDX-License-Identifier: Apache-2.0 */
#include "command/open.h"

#include "base/alloc.h"
#include "command/args.h"
#include "command/report.h"
#include "functions/functions.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPENED_ARENA_MAX = 256 * 1024 * 1024, SESSION_ARENA_MAX = 1024 * 1024 * 1024 };
static const int64_t parser_memory_bytes = INT64_C(256) << 20;

void opened_free(struct opened *opened)
{
    if (opened == NULL)
        return;
    session_close(&opened->session);
    conn_close(opened->parser_conn);
    engine_close(opened->parser);
    project_free(opened->session.project);
    arena_release(&opened->session.arena);
    arena_release(&opened->arena);
    free(opened);
}

int opened_conn(struct opened *opened, struct conn **ret_conn, struct err *err)
{
    if (opened->parser == NULL) {
        struct engine_options options = {.memory_bytes = parser_memory_bytes, .threads = 1};
        TRY(engine_open(&options, &opened->parser, err));
        TRY(functions_register(opened->parser, err));
    }
    if (opened->parser_conn == NULL)
        TRY(conn_open(opened->parser, &opened->parser_conn, err));
    *ret_conn = opened->parser_conn;
    return 0;
}

static int need_conn(void *context, struct conn **ret_conn, struct err *err)
{
    return opened_conn(context, ret_conn, err);
}

static bool has_param(const struct project *project, const char *name)
{
    for (size_t i = 0; i < project->param_count; i++)
        if (str_eq(project->params[i].name, name))
            return true;
    return false;
}

/* A flag that no table knows must at least be a param of the project. */
static int check_params(const struct invocation *invocation, const struct project *project,
                        struct err *err)
{
    for (size_t i = 0; i < invocation->params.count; i++) {
        const char *name = invocation->params.items[i].name;
        if (has_param(project, name))
            continue;
        err_set(err, ERR_USAGE, "\"--%s\" is neither an option of leat %s nor a param of %s", name,
                invocation->command->name, project->name == NULL ? "the project" : project->name);
        const char *nearest = option_nearest(invocation, name, project);
        return nearest == NULL
                   ? err_hint(err, "Params are declared in leat.yaml under \"params:\".")
                   : err_hint(err, "Did you mean --%s?", nearest);
    }
    return 0;
}

int open_project(struct invocation *invocation, struct terminal *terminal,
                 struct opened **ret_opened, struct err *err)
{
    struct opened *opened = alloc_zeroed(sizeof(*opened));
    invocation->opened = opened; /* frees it, also when the next steps fail */
    arena_init(&opened->arena, OPENED_ARENA_MAX);
    arena_init(&opened->session.arena, SESSION_ARENA_MAX);
    opened->problems.arena = &opened->arena;
    struct project_options options = {
        .folder = invocation->folder,
        .caller_folder = invocation->caller_folder,
        .params = invocation->params.items,
        .param_count = invocation->params.count,
        .warehouse = invocation_option(invocation, "warehouse"),
        .need_conn = need_conn,
        .context = opened,
    };
    TRY(project_load(&options, &opened->session.project, &opened->problems, err));
    terminal->secrets = &opened->session.project->secrets;
    if (opened->problems.list.count == 0)
        TRY(check_params(invocation, opened->session.project, err));
    *ret_opened = opened;
    return 0;
}

int open_bind(struct opened *opened, struct err *err)
{
    struct project *project = opened->session.project;
    struct bind_sources sources = {.opened = opened};
    /* Also when there are mistakes already: what can be bound tells of more of them. */
    int result = project_bind(project, NULL, bind_source_columns, &sources, &opened->problems, err);
    lake_close(sources.lake);
    TRY(result);
    if (opened->problems.list.count == 0)
        bind_check_nodes(project, &opened->problems);
    if (opened->problems.list.count == 0)
        project_save_cache(project);
    return 0;
}

int open_report(struct opened *opened, const struct terminal *terminal, struct err *err)
{
    size_t count = opened->problems.list.count;
    if (count == 0)
        return 0;
    problems_sort(&opened->problems);
    report_problems(terminal, terminal->err, &opened->problems);
    return err_set(err, ERR_CONFIG, "the project has %zu mistake%s", count, count == 1 ? "" : "s");
}

static int parse_count(const char *text, const char *what, int *ret_count, struct err *err)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > 4096)
        return err_set(err, ERR_USAGE, "%s cannot be \"%s\": expected a number from 1 to 4096",
                       what, text);
    *ret_count = (int)value;
    return 0;
}

static int parse_size(const char *text, const char *what, int64_t *ret_bytes, struct err *err)
{
    long long bytes = 0;
    if (!parse_bytes(text, &bytes) || bytes <= 0)
        return err_set(err, ERR_USAGE, "%s cannot be \"%s\": expected a size such as 4GB", what,
                       text);
    *ret_bytes = bytes;
    return 0;
}

/* A limit beyond what the container or the machine has would not hold: the process would be killed. */
static int find_limit(int64_t asked_bytes, const struct terminal *terminal,
                      struct memory_limit *ret_limit, struct err *err)
{
    char asked[32], available[32];
    TRY(memory_find_limit(asked_bytes, ret_limit, err));
    if (ret_limit->available_bytes == 0 || ret_limit->bytes <= ret_limit->available_bytes)
        return 0;
    format_bytes(ret_limit->bytes, asked);
    format_bytes(ret_limit->available_bytes, available);
    TRY(memory_find_limit(0, ret_limit, err));
    if (terminal->log_level >= LOG_WARN && !terminal->is_json_log)
        fprintf(terminal->err, "warning: memory is set to %s, but only %s can be had\n", asked,
                available);
    return 0;
}

/* Memory, threads, temp_limit: flag, environment, project, default. */
static int open_limits(const struct invocation *invocation, struct terminal *terminal,
                       struct session *session, struct err *err)
{
    struct project *project = session->project;
    const char *memory = invocation_option(invocation, "memory");
    const char *threads = invocation_option(invocation, "threads");
    const char *temp_limit = invocation_option(invocation, "temp-limit");
    struct memory_limit limit = {0};
    if (memory != NULL)
        TRY(parse_size(memory, "--memory", &project->memory_bytes, err));
    if (threads != NULL)
        TRY(parse_count(threads, "--threads", &project->threads, err));
    if (temp_limit != NULL)
        TRY(parse_size(temp_limit, "--temp-limit", &project->temp_limit_bytes, err));
    TRY(find_limit(project->memory_bytes, terminal, &limit, err));
    session->memory = memory_new(limit);
    terminal->memory_bytes = limit.bytes;
    int cpu_count = (int)sysconf(_SC_NPROCESSORS_ONLN);
    session->threads =
        memory_thread_limit(session->memory, project->threads, cpu_count > 0 ? cpu_count : 1);
    return 0;
}

static int open_warehouse(struct session *session, bool is_writer, struct err *err)
{
    struct lake_options options = {
        .folder = session->project->warehouse,
        .mode = is_writer ? LAKE_WRITE : LAKE_READ,
    };
    if (is_writer)
        options.run_id = session->run_id = run_id_make(&session->arena);
    TRY(lake_open(&options, &session->lake, err));
    return journal_open(session->project->warehouse, is_writer, &session->journal, err);
}

int open_session(struct invocation *invocation, struct terminal *terminal, int modes,
                 struct session **ret_session, struct err *err)
{
    struct opened *opened = NULL;
    TRY(open_project(invocation, terminal, &opened, err));
    TRY(open_report(opened, terminal, err));
    TRY(open_limits(invocation, terminal, &opened->session, err));
    if ((modes & OPEN_BIND) != 0) {
        TRY(open_bind(opened, err));
        TRY(open_report(opened, terminal, err));
    }
    TRY(open_warehouse(&opened->session, (modes & OPEN_WRITE) != 0, err));
    if (lake_is_copy(opened->session.lake))
        report_note(terminal, "the warehouse is read-only; a copy of its catalog is read");
    *ret_session = &opened->session;
    return 0;
}
