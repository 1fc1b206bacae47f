/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "project/lock.h"

#include <string.h>

/* How the files of a text source differ from its schema lock, and what the source says to do then. */

enum verdict { GOES_ON, TELLS, STOPS };

/*
 * By policy and kind of change. Files that lack columns or have other ones are read as rejects under `reject`; a value that
 * the locked type does not hold is a reject under every policy, which drift_check_rejects() judges.
 */
static enum verdict judge(enum on_change policy, enum text_change_kind kind)
{
    static const enum verdict verdicts[][NOTE_DOUBT + 1] = {
        /* added, removed, renamed, reordered, widened, narrowed, a mark that could be two, a doubt */
        [ON_CHANGE_DEFAULT] = {STOPS, STOPS, STOPS, TELLS, GOES_ON, TELLS, TELLS, TELLS},
        [ON_CHANGE_FAIL] = {STOPS, STOPS, STOPS, STOPS, STOPS, STOPS, TELLS, TELLS},
        [ON_CHANGE_ADD_COLUMNS] = {TELLS, STOPS, STOPS, TELLS, GOES_ON, TELLS, TELLS, TELLS},
        [ON_CHANGE_REJECT] = {TELLS, TELLS, TELLS, TELLS, GOES_ON, TELLS, TELLS, TELLS},
    };
    return verdicts[policy][kind];
}

static const char *type_of(const struct source_lock *lock, const char *name)
{
    for (size_t i = 0; lock != NULL && i < lock->column_count; i++)
        if (str_eq(lock->columns[i].name, name))
            return lock->columns[i].type;
    return "";
}

/* "" for a column whose type is not found out yet. */
static const char *found_type(const struct text_table *table, const char *name, char *buffer)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (str_eq(table->columns[i].name, name) && table->columns[i].is_typed)
            return text_type_sql(&table->columns[i].type, buffer);
    return "";
}

static void append_change(struct str *text, const struct source_lock *lock,
                          const struct text_table *table, const struct text_change *change)
{
    char buffer[32];
    const char *file = change->file != NULL ? change->file : "";
    switch (change->kind) {
    case CHANGE_ADDED:
        str_appendf(text, "+ %s %s   in %s\n", change->column,
                    found_type(table, change->column, buffer), file);
        break;
    case CHANGE_REMOVED:
        str_appendf(text, "- %s %s   not in %s\n", change->column, type_of(lock, change->column),
                    file);
        break;
    case CHANGE_RENAMED:
        str_appendf(text, "- %s %s\n+ %s %s   in %s\n", change->column,
                    type_of(lock, change->column), change->is,
                    found_type(table, change->is, buffer), file);
        break;
    case CHANGE_REORDERED:
        str_appendf(text, "~ columns in another order   in %s\n", file);
        break;
    case CHANGE_WIDENED:
    case CHANGE_NARROWED:
        str_appendf(text, "- %s %s\n+ %s %s\n", change->column, change->was, change->column,
                    change->is);
        break;
    case NOTE_UNCERTAIN_MARK:
        str_appendf(text,
                    "? %s   numbers with a comma in %s may have decimals or thousands: text, "
                    "until \"decimal\" or \"thousands\" is declared\n",
                    change->column != NULL ? change->column : "", file);
        break;
    case NOTE_DOUBT:
        str_appendf(text, "? %s   %s\n", file, change->is);
        break;
    }
}

static const char *change_words(const struct text_change *change, struct arena *arena)
{
    static const char *const words[] = {
        [CHANGE_ADDED] = "column \"%s\" is new",
        [CHANGE_REMOVED] = "column \"%s\" is gone",
        [CHANGE_REORDERED] = "the columns stand in another order",
        [CHANGE_WIDENED] = "values of \"%s\" do not fit",
        [CHANGE_NARROWED] = "all values of \"%s\" would fit a narrower type",
        [NOTE_UNCERTAIN_MARK] = "the decimal mark of \"%s\" is not certain",
    };
    if (change->kind == CHANGE_RENAMED)
        return arena_printf(arena, "column \"%s\" is named \"%s\" now", change->column, change->is);
    if (change->kind == CHANGE_REORDERED)
        return words[CHANGE_REORDERED];
    if (change->kind == NOTE_DOUBT)
        return change->is;
    const char *where = strchr(words[change->kind], '%');
    return arena_printf(arena, "%.*s%s%s", (int)(where - words[change->kind]), words[change->kind],
                        change->column, where + 2);
}

static void tell(struct execution *execution, const struct job *job, const char *title,
                 const struct str *diff)
{
    const char *text = arena_printf(&((struct job *)job)->arena, "%s\n%s", title, str_text(diff));
    record_event(execution,
                 &(struct run_event){.kind = NODE_NOTE, .node = job->node->id, .text = text});
}

static int stop(const struct job *job, const struct text_change *first, size_t count,
                struct err *err)
{
    const char *words = change_words(first, &((struct job *)job)->arena);
    err_set(err, ERR_DATA, "the files differ from the schema lock: %s", words);
    if (first->file != NULL)
        err_where(err, "%s", first->file);
    if (count > 1)
        err_context(err, "%zu changes", count);
    return err_hint(err,
                    "Nothing was published. \"leat accept %s\" takes the files as they are now.",
                    job->node->name);
}

static bool has_column(const struct text_table *table, const struct text_input_file *file,
                       const char *name)
{
    for (size_t i = 0; i < file->head.name_count; i++)
        if (file->column_of[i] >= 0 && str_eq(table->columns[file->column_of[i]].name, name))
            return true;
    return false;
}

/*
 * Where columns may come, files that were read before may lack them; a new file must have all that the lock
 * has, or values would be missing without a word. (Of JSON only the records tell, and each may lack keys.)
 */
static int check_new_files(struct execution *execution, struct job *job,
                           const struct source_text *text, struct err *err)
{
    const struct text_table *table = job->reading->table;
    const struct source_plan *plan = job->steps[0]->source;
    struct input_list list = {0};
    struct map known;
    TRY(lake_inputs_load(execution->session->lake, job->node->id, &job->arena, &list, err));
    map_init(&known, &job->arena);
    for (size_t i = 0; i < list.count; i++)
        map_put(&known, list.items[i].path, (void *)list.items[i].hash);
    for (size_t i = 0; i < table->file_count; i++) {
        const struct text_input_file *file = &table->files[i];
        const char *hash = map_get(&known, file->file.path);
        if (file->head.name_count == 0 || str_eq(hash, plan->files[file->path].hash))
            continue;
        for (size_t j = 0; j < text->lock->column_count; j++) {
            AUTO(str_release) struct str diff = STR_INIT(1 << 16);
            struct text_change change = {.kind = CHANGE_REMOVED,
                                         .column = text->lock->columns[j].name,
                                         .file = file->file.label};
            if (has_column(table, file, change.column))
                continue;
            append_change(&diff, text->lock, table, &change);
            tell(execution, job, "its files differ from its schema lock:", &diff);
            return stop(job, &change, 1, err);
        }
    }
    return 0;
}

int drift_check(struct execution *execution, struct job *job, const struct source_text *text,
                size_t from, struct err *err)
{
    const struct text_table *table = job->reading->table;
    AUTO(str_release) struct str told = STR_INIT(1 << 20), stopping = STR_INIT(1 << 20);
    const struct text_change *first = NULL;
    size_t stops = 0;
    for (size_t i = from; i < table->change_count; i++) {
        const struct text_change *change = &table->changes[i];
        enum verdict verdict = judge(job->node->source.on_change, change->kind);
        if (verdict == STOPS) {
            first = first != NULL ? first : change;
            stops++;
            append_change(&stopping, text->lock, table, change);
        } else if (verdict == TELLS) {
            append_change(&told, text->lock, table, change);
        }
    }
    bool may_miss = job->node->source.on_change == ON_CHANGE_ADD_COLUMNS;
    if (stops == 0 && from == 0 && may_miss && text->kept != NULL && !text->is_accepting)
        TRY(check_new_files(execution, job, text, err));
    if (told.len > 0)
        tell(execution, job, "to know of its files, which are read all the same:", &told);
    if (stops == 0)
        return 0;
    tell(execution, job, "its files differ from its schema lock:", &stopping);
    return stop(job, first, stops, err);
}

/* Whether a reject is one because of the lock, and not of what the user declared. */
static bool is_widened(const struct text_table *table, const struct text_reject *reject)
{
    for (size_t i = 0; reject->column != NULL && i < table->column_count; i++)
        if (str_eq(table->columns[i].name, reject->column))
            return !table->columns[i].is_declared;
    return false;
}

/* Rejects that the lock made, which `leat accept` would read. */
static int64_t count_widened(const struct job *job, const struct source_text *text)
{
    struct text_rejects *rejects = job->reading->rejects;
    int64_t count = text_rejects_count(rejects), widened = 0;
    if (text->lock == NULL || text->is_accepting)
        return 0;
    for (int64_t i = 0; i < count; i++)
        widened += is_widened(job->reading->table, text_rejects_get(rejects, i));
    return widened;
}

int drift_explain(const struct job *job, const struct source_text *text, struct err *err)
{
    if (err->kind == ERR_DATA && count_widened(job, text) > 0)
        err_hint(err,
                 "Nothing was published. \"leat accept %s\" finds types that hold all values; "
                 "\"on_reject: keep\" sets the records aside.",
                 job->node->name);
    return -1;
}

int drift_check_rejects(const struct job *job, const struct source_text *text, struct err *err)
{
    struct text_rejects *rejects = job->reading->rejects;
    bool stops = !job->node->source.keeps_rejects ||
                 (job->node->source.on_change == ON_CHANGE_FAIL && count_widened(job, text) > 0);
    if (text_rejects_count(rejects) == 0 || !stops)
        return 0;
    (void)!text_rejects_fail(rejects, job->node->id, err);
    return drift_explain(job, text, err);
}
