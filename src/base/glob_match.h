/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_GLOB_MATCH_H
#define LEAT_BASE_GLOB_MATCH_H

#include "base/file.h"

/*
 * One part of a pattern (no "/" and no braces) against one name: *, ?, [abc], [a-z], [!a-z] or
 * [^a-z]; "?" and "[…]" take one UTF-8 character. A "[" that is never closed is an ordinary one.
 * A name that starts with a dot needs a pattern that does.
 */
bool glob_match_part(const char *pattern, const char *name);

/* The end (after "]") of the set that starts at "[", or NULL when it is never closed. */
const char *glob_set_end(const char *set);

/* "a{b,c}" → "ab", "ac"; braces may nest; one that is never closed is an ordinary one. */
int glob_expand_braces(const char *pattern, struct arena *arena, struct path_list *ret_list,
                       struct err *err) WARN_UNUSED;

#endif
