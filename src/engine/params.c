/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/duck.h"

static const struct param *find_param(const char *name, const struct param *params, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(params[i].name, name))
            return &params[i];
    }
    return NULL;
}

/*
 * A value of the parameter's type. The C API has neither typed NULLs nor a cast of values, but a
 * list value casts its elements to the list's element type, so a list of one serves for both.
 */
static int make_value(struct conn *conn, const struct param *param, duckdb_value *ret_value,
                      struct err *err)
{
    AUTO(type_destroy) duckdb_logical_type type = NULL;
    TRY(type_parse(conn, param->type, &type, err));
    AUTO(value_destroy)
    duckdb_value text =
        param->value != NULL ? duckdb_create_varchar(param->value) : duckdb_create_null_value();
    AUTO(value_destroy) duckdb_value list = duckdb_create_list_value(type, &text, 1);
    if (list == NULL)
        return err_set(err, ERR_DATA, "\"%s\" is not a value of type %s", param->value,
                       param->type);
    *ret_value = duckdb_get_list_child(list, 0);
    return 0;
}

static int bind_one(struct conn *conn, duckdb_prepared_statement statement, idx_t index,
                    const struct param *param, struct err *err)
{
    AUTO(value_destroy) duckdb_value value = NULL;
    if (make_value(conn, param, &value, err) != 0)
        return err_context(err, "parameter $%s", param->name);
    if (duckdb_bind_value(statement, index, value) != DuckDBSuccess)
        return err_set(err, ERR_INTERNAL, "could not bind parameter $%s", param->name);
    return 0;
}

static int no_such_param(const char *name, const struct param *params, size_t count,
                         struct err *err)
{
    err_set(err, ERR_CONFIG, "parameter $%s has no value", name);
    const char *names[64];
    size_t name_count = 0;
    for (; name_count < count && name_count < ARRAY_COUNT(names); name_count++)
        names[name_count] = params[name_count].name;
    const char *nearest = nearest_name(name, names, name_count);
    return nearest != NULL ? err_hint(err, "Did you mean $%s?", nearest) : -1;
}

int duck_bind(struct conn *conn, duckdb_prepared_statement statement, const struct param *params,
              size_t param_count, struct err *err)
{
    for (idx_t i = 1; i <= duckdb_nparams(statement); i++) {
        AUTO(text_destroy) char *name = (char *)duckdb_parameter_name(statement, i);
        const struct param *param = find_param(name, params, param_count);
        if (param == NULL)
            return no_such_param(name, params, param_count, err);
        TRY(bind_one(conn, statement, i, param, err));
    }
    return 0;
}
