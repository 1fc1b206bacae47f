/* SPDX-License-Identifier: Apache-2.0 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/alloc.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES ((size_t)128 << 10)

struct hasher {
    XXH3_state_t *state;
};

/* Most significant byte first, as xxhsum prints it. */
static struct hash to_hex(XXH128_hash_t value)
{
    struct hash hash;
    snprintf(hash.hex, sizeof(hash.hex), "%016llx%016llx", (unsigned long long)value.high64,
             (unsigned long long)value.low64);
    return hash;
}

struct hasher *hasher_new(void)
{
    struct hasher *hasher = alloc_zeroed(sizeof(*hasher));
    hasher->state = XXH3_createState();
    if (hasher->state == NULL)
        alloc_die("out of memory: could not start a hash");
    XXH3_128bits_reset(hasher->state);
    return hasher;
}

void hasher_free(struct hasher *hasher)
{
    if (hasher == NULL)
        return;
    XXH3_freeState(hasher->state);
    free(hasher);
}

static void add_number(struct hasher *hasher, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    XXH3_128bits_update(hasher->state, bytes, sizeof(bytes));
}

/* Each part starts with what it is and how long, so that no two sequences give the same bytes. */
void hasher_add(struct hasher *hasher, const void *data, size_t len)
{
    XXH3_128bits_update(hasher->state, "b", 1);
    add_number(hasher, len);
    if (len > 0)
        XXH3_128bits_update(hasher->state, data, len);
}

void hasher_add_text(struct hasher *hasher, const char *text)
{
    if (text == NULL)
        XXH3_128bits_update(hasher->state, "n", 1);
    else
        hasher_add(hasher, text, strlen(text));
}

void hasher_add_i64(struct hasher *hasher, int64_t value)
{
    XXH3_128bits_update(hasher->state, "i", 1);
    add_number(hasher, (uint64_t)value);
}

struct hash hasher_end(struct hasher *hasher)
{
    struct hash hash = to_hex(XXH3_128bits_digest(hasher->state));
    hasher_free(hasher);
    return hash;
}

struct hash hash_bytes(const void *data, size_t len)
{
    return to_hex(XXH3_128bits(len > 0 ? data : "", len));
}

static int hash_descriptor(int fd, XXH3_state_t *state)
{
    unsigned char *buffer = alloc_zeroed(READ_BYTES);
    ssize_t got;
    while ((got = read(fd, buffer, READ_BYTES)) != 0) {
        if (got > 0)
            XXH3_128bits_update(state, buffer, (size_t)got);
        else if (errno != EINTR)
            break;
    }
    int error = errno;
    free(buffer);
    errno = error;
    return got == 0 ? 0 : -1;
}

int hash_file(const char *path, struct hash *ret_hash, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open file \"%s\"", path);
    struct hasher *hasher = hasher_new();
    int failed = hash_descriptor(fd, hasher->state);
    if (failed)
        err_errno(err, "could not read file \"%s\"", path);
    else
        *ret_hash = to_hex(XXH3_128bits_digest(hasher->state));
    hasher_free(hasher);
    close(fd);
    return failed;
}
