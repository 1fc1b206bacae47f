/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "command/args.h"
#include "command/cmds.h"
#include "command/init_files.h"
#include "command/report.h"

#include <ctype.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

/* A folder's name as the name of a project: letters, digits and '_'. */
static const char *project_name(struct arena *arena, const char *folder)
{
    char *name = arena_strdup(arena, path_basename(folder));
    for (char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    if (name[0] == '\0' || isdigit((unsigned char)name[0]))
        return arena_printf(arena, "p%s", name);
    return name;
}

static void append_named(struct str *text, const char *pattern, const char *name)
{
    static const char mark[] = "@NAME@";
    for (const char *at = NULL; (at = strstr(pattern, mark)) != NULL; pattern = at + strlen(mark)) {
        str_append_len(text, pattern, (size_t)(at - pattern));
        str_append(text, name);
    }
    str_append(text, pattern);
}

/* All are looked at before the first is written: a folder is filled or left alone. */
static int check_free(struct arena *arena, const char *folder, struct err *err)
{
    for (size_t i = 0; i < init_file_count; i++) {
        const char *path = path_join(arena, folder, init_files[i].path);
        if (!file_exists(path) || strcmp(init_files[i].path, ".gitignore") == 0)
            continue;
        err_set(err, ERR_EXISTS, "\"%s\" is there already", path);
        return err_hint(err, "Choose an empty folder: leat init DIR");
    }
    return 0;
}

static int write_files(struct arena *arena, const char *folder, struct err *err)
{
    const char *name = project_name(arena, folder);
    for (size_t i = 0; i < init_file_count; i++) {
        const char *path = path_join(arena, folder, init_files[i].path);
        AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
        if (file_exists(path))
            continue; /* only a .gitignore can be */
        append_named(&text, init_files[i].text, name);
        TRY(file_mkdirs(path_dirname(arena, path), err));
        TRY(file_write_atomic(path, str_text(&text), text.len, err));
    }
    return 0;
}

int cmd_init(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    const char *dir = invocation_args(invocation, &args) > 0 ? args[0] : NULL;
    struct arena *arena = &invocation->arena;
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    const char *folder = path_absolute(arena, dir == NULL ? "." : dir);
    TRY(check_free(arena, folder, err));
    TRY(write_files(arena, folder, err));
    str_append(&text, "Made a project:\n");
    for (size_t i = 0; i < init_file_count; i++)
        str_appendf(&text, "  %s\n", init_files[i].path);
    str_append(&text, "\nNow type:\n");
    if (!str_eq(folder, invocation->folder))
        str_appendf(&text, "  cd %s\n", dir);
    str_append(&text, "  leat run\n  leat query \"FROM sales.daily\"\n");
    return print_text(terminal, &text, err);
}
