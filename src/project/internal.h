/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_INTERNAL_H
#define LEAT_PROJECT_INTERNAL_H

#include "base/file.h"
#include "base/str.h"
#include "engine/sql.h"
#include "project/cache.h"
#include "project/project.h"
#include "project/settings.h"
#include "project/yaml.h"

/* What the files of project/ say to each other. Nobody else includes this. */

#define FILE_MAX_BYTES (1 << 20)              /* of one model or YAML file */
#define PROJECT_MAX_BYTES ((size_t)256 << 20) /* of all of them */

/* What is known of a node beside `struct node`; same index as in project->nodes. */
struct part {
    const struct sql_info *sql;        /* models whose SQL could be read */
    const struct sql_info **check_sql; /* per check; NULL but for SQL checks that could be read */
    const struct yaml *reads;
    struct place key, cursor, by, time, from; /* of those settings */
    const char
        *needs; /* a node that is read beside those of the SQL: samples of a grid, their registry */
    struct place needs_place;
    bool has_bad_front; /* the front matter could not be read, so its settings are not known */
    bool
        has_bad_names; /* the SQL names tables or params that are not there: binding would say so again */
    bool is_exposed; /* bind: its columns can be seen by the statements after it */
};
struct draft { /* a node before the graph has given it its index */
    struct node node;
    struct part part;
};

/* Kept from project_load() for project_bind() and project_save_cache(); project->state. */
struct project_state {
    struct cache cache;
    struct part *parts;
    int (*need_conn)(void *context, struct conn **ret_conn, struct err *err);
    void *context;
    struct conn *conn; /* NULL until asked for */
};

struct group { /* an entry of `models:` in leat.yaml */
    const char *path, *tag, *id;
};

struct loader {
    struct project *project;
    struct problems *problems;
    const struct project_options *options;
    struct project_state *state;
    struct arena *arena;            /* the project's */
    struct map env;                 /* of .env */
    VEC(const char *) secret_names; /* what the connections are made of: variables and params */
    struct hasher *hasher;          /* of every file read and every value used */
    size_t read_bytes;
    VEC(struct draft *) drafts;
    VEC(struct group) groups;
    struct map draft_by_id; /* lower case */
    bool has_no_config;     /* leat.yaml is no mapping: nothing else of the project can be judged */
    struct err fatal;       /* the engine failed, not the project */
};

/* ---- problems.c ---- */
size_t problem_count(const struct problems *problems);
void problem_from_err(struct problems *problems, struct place place, const struct err *err);
bool problem_is_fatal(const struct err *err); /* about the machine, not about what the user wrote */
/* A hint to the last problem: the nearest of `known`, else all of them. */
void problem_nearest(struct problems *problems, const char *name, const char *const *known,
                     size_t count);

/* ---- field.c: typed values out of a map, by the tables of settings.c; each adds its problems ---- */
/* Whether `node` is a map; adds unknown keys and those of later versions. */
bool field_map(struct loader *loader, const struct yaml *node, enum setting_level_id level);
const char *field_text(struct loader *loader, const struct yaml *map,
                       const char *key); /* NULL: absent or wrong */
const char *field_expanded(struct loader *loader, const struct yaml *map,
                           const char *key); /* ${} filled in */
/* Index in the choices of the setting; `otherwise` when absent or wrong. */
int field_choice(struct loader *loader, const struct yaml *map, enum setting_level_id level,
                 const char *key, int otherwise);
bool field_boolean(struct loader *loader, const struct yaml *map, const char *key, bool otherwise);
int64_t field_integer(struct loader *loader, const struct yaml *map, const char *key, int64_t min,
                      int64_t max, int64_t otherwise);
int64_t field_size(struct loader *loader, const struct yaml *map,
                   const char *key); /* bytes; 0: absent */
int64_t field_duration(struct loader *loader, const struct yaml *map,
                       const char *key); /* µs; 0: absent */
struct text_list {
    const char *const *items;
    size_t count;
};
struct text_list field_texts(struct loader *loader, const struct yaml *map,
                             const char *key); /* a text or a list */
struct text_list yaml_texts(struct loader *loader, const struct yaml *node);
const struct zone *field_zone(struct loader *loader, const struct yaml *map, const char *key,
                              const char **ret_name); /* NULL: absent */
struct place field_place(const struct yaml *map,
                         const char *key); /* of the value, else of the map */
bool name_is_good(const char *name);       /* letters, digits, _; not first a digit */

/* ---- env.c, params.c ---- */
void env_load(struct loader *loader);
const char *env_get(const struct loader *loader, const char *name); /* the environment, then .env */
void params_load(struct loader *loader, const struct yaml *params);
const struct project_param *params_find(const struct project *project, const char *name);
char *expand(struct loader *loader,
             const struct yaml *scalar); /* ${} filled in; NULL after a problem */
/* ---- secrets.c ---- */
/* Notes what the connections use, before the params are read. */
void secrets_note(struct loader *loader, const struct yaml *connections, const struct yaml *params);
void secrets_register(struct loader *loader); /* the values of what was noted */
void secrets_register_value(struct loader *loader, const char *value);
bool secrets_are_noted(const struct loader *loader, const char *name);
/* Whether a text with ${NAME} in it uses a secret of a connection. */
bool secrets_are_used(const struct loader *loader, const char *text);
/* field_expanded(), but a path cannot hold a secret: it would be shown in pieces, and is kept by the lake. */
const char *field_path(struct loader *loader, const struct yaml *map, const char *key);
/* Whether a path of a source is only there from where the caller stands; if so adds the problem. */
bool params_explain_path(struct loader *loader, const struct yaml *files);

/* ---- config.c, source.c ---- */
int config_load(struct loader *loader, struct err *err) WARN_UNUSED;
void sources_load(struct loader *loader, const struct yaml *sources);
/* ---- grid.c: sources of series, and grids ---- */
void series_load(struct loader *loader, const struct yaml *map, struct draft *samples);
void grid_load(struct loader *loader, struct draft *draft, const struct yaml *front);
char *grid_account_sql(const struct node *node, struct arena *arena);
void grid_check_select(struct problems *problems, const struct node *node,
                       struct column_list columns, struct arena *arena);
void grid_resolve(struct loader *loader, const struct node *node, struct place place);
/* ---- source_text.c: settings of text sources, once the format is known; refuses them for Parquet ---- */
void text_settings_load(struct loader *loader, const struct yaml *map, struct node *node);
/* node->columns are loaded from `map`. */
void text_settings_declare(struct loader *loader, const struct yaml *map, struct node *node);

/* ---- model.c, front.c: models/ ---- */
struct front {        /* the parts of a model's file */
    const char *yaml; /* NULL: no front matter */
    size_t yaml_len;
    int yaml_line; /* first line of the YAML */
    char *sql;     /* the file with the front matter blanked */
};
/* False after a problem. */
bool front_cut(struct loader *loader, const char *file, const char *text, size_t len,
               struct front *ret_front);
/* template.c: what DuckDB could never read and has a better message. True when there was some. */
bool template_find(struct loader *loader, struct place origin, const char *sql);
void models_load(struct loader *loader);
void model_settings(struct loader *loader, struct draft *draft, const struct yaml *front);
void draft_add(struct loader *loader, struct draft *draft);
int load_file(struct loader *loader, const char *name, char **ret_text, size_t *ret_len,
              struct err *err) WARN_UNUSED;
/* yaml_parse() through the cache. */
struct yaml *load_yaml(struct loader *loader, const char *file, int first_line, const char *text,
                       size_t len);
int loader_conn(struct loader *loader, struct conn **ret_conn);

/* ---- sqltext.c: SQL through the cache ---- */
/* NULL after a problem. `origin` is the place of the text's first character. */
const struct sql_info *sqltext_analyze(struct loader *loader, struct place origin, const char *sql);
/* "line:column" of an error, moved to where the text stands in its file. */
struct place sqltext_place(struct place origin, const struct err *err);
const struct zone *sqltext_zone(struct loader *loader, struct place place, const char *name);

/* ---- check.c, column.c, output.c, unit.c ---- */
void columns_load(struct loader *loader, struct draft *draft, const struct yaml *columns,
                  const struct yaml *list);
const char *output_root(struct arena *arena, const char *path); /* the folder before the first { */
void outputs_load(struct loader *loader, struct draft *model, const struct yaml *outputs);
void unit_tests_load(struct loader *loader);
/* A value as JSON text: plain numbers, true, false and null as such, all else as strings. */
void yaml_to_json(const struct yaml *node, struct str *out);

/* ---- graph.c, resolve.c, fingerprint.c ---- */
void graph_build(struct loader *loader);   /* makes project->nodes of the drafts */
void resolve_nodes(struct loader *loader); /* what can only be judged when all nodes are known */
void fingerprint_nodes(struct loader *loader);

/* ---- bind.c and its parts ---- */
struct binder {
    struct project *project;
    struct problems *problems;
    struct arena *arena;
    struct project_state *state;
    struct conn *conn;  /* NULL until a statement is needed */
    const char *home;   /* catalog that was current before; NULL: ours is not attached yet */
    struct map schemas; /* that ours has */
    bool is_optimizer_off;
    struct err *err;
};
int binder_conn(struct binder *binder,
                struct conn **ret_conn) WARN_UNUSED; /* our catalog is attached and current */
/* The columns that readers of the node see. */
struct column_list bind_visible(struct binder *binder, const struct node *node);
/* bindmodel.c: the columns of a model, from the cache or the engine. Sets node->bound unless it adds a problem. */
int bind_model(struct binder *binder, struct node *node) WARN_UNUSED;
/* The SQL checks of a node whose columns are known, with its rows as `this`. */
int bind_checks(struct binder *binder, const struct node *node) WARN_UNUSED;
/* bindcheck.c: what the columns of a node tell of its settings. */
int bindcheck_node(struct binder *binder, const struct node *node) WARN_UNUSED;
/* bindview.c: whether a view holds only what DuckLake can keep. */
void bindview_check(struct binder *binder, const struct node *node);

#endif
