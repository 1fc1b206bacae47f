/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/duckdb_api.h"
#include "engine/engine.h"

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct duckdb_api duck;

#define LIBRARY "libduckdb.so"

static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;

/* Beside the program, where `make install` puts it relative to the program, and where it was built. */
static const char *const beside_program[] = {"", "/../lib/leat", "/../lib/" LEAT_MULTIARCH "/leat"};
static const char *const fixed[] = {
#ifdef LEAT_DUCKDB_INSTALLED
    LEAT_DUCKDB_INSTALLED,
#endif
    LEAT_DUCKDB_PATH,
};

static bool find_beside_program(char *path, size_t path_bytes)
{
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len < 0)
        return false;
    program[len] = '\0';
    const char *folder = dirname(program);
    for (size_t i = 0; i < ARRAY_COUNT(beside_program); i++) {
        int n = snprintf(path, path_bytes, "%s%s/" LIBRARY, folder, beside_program[i]);
        if (n > 0 && (size_t)n < path_bytes && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static bool find_library(char *path, size_t path_bytes)
{
    if (find_beside_program(path, path_bytes))
        return true;
    for (size_t i = 0; i < ARRAY_COUNT(fixed); i++) {
        int n = snprintf(path, path_bytes, "%s", fixed[i]);
        if (n > 0 && (size_t)n < path_bytes && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static const struct {
    const char *name;
    size_t offset; /* of its pointer in `duck` */
} names[] = {
#define DUCK(name) {"duckdb_" #name, offsetof(struct duckdb_api, name)},
#include "engine/duckdb_api.def"
#undef DUCK
};

static int resolve_names(void *library, const char *path, struct err *err)
{
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        void *function = dlsym(library, names[i].name);
        if (function == NULL)
            return err_set(err, ERR_CONFIG, "%s has no function \"%s\"", path, names[i].name);
        memcpy((char *)&duck + names[i].offset, &function, sizeof(function));
    }
    return 0;
}

static int check_version(const char *path, struct err *err)
{
    const char *found = duckdb_library_version();
    if (str_eq(found, DUCKDB_PINNED_VERSION))
        return 0;
    err_set(err, ERR_CONFIG, "%s is DuckDB %s, expected " DUCKDB_PINNED_VERSION, path, found);
    return err_hint(err, "Install the library that comes with this version of leat.");
}

static int load_library(struct err *err)
{
    char path[PATH_MAX];
    if (!find_library(path, sizeof(path))) {
        err_set(err, ERR_CONFIG, "could not find " LIBRARY);
        return err_hint(err,
                        "It belongs into ../lib/leat beside the program. Looked there, beside "
                        "the program, and in %s.",
                        fixed[0]);
    }
    /* Lazy binding saves a third of the 20 ms that opening takes. */
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL)
        return err_set(err, ERR_CONFIG, "could not open %s: %s", path, dlerror());
    TRY(resolve_names(library, path, err));
    return check_version(path, err);
}

int duckdb_load(struct err *err)
{
    pthread_mutex_lock(&load_lock);
    int rc = is_loaded ? 0 : load_library(err);
    is_loaded = is_loaded || rc == 0;
    pthread_mutex_unlock(&load_lock);
    return rc;
}

const char *engine_version(void)
{
    pthread_mutex_lock(&load_lock);
    const char *version = is_loaded ? duckdb_library_version() : DUCKDB_PINNED_VERSION;
    pthread_mutex_unlock(&load_lock);
    return version;
}
