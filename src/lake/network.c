/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

/*
 * SQLite's WAL needs memory shared between processes and locks that hold; file systems of the network
 * give neither for certain, so a warehouse on one of them would break some day.
 */
static const struct {
    unsigned long magic;
    const char *name;
} network_types[] = {
    {0x6969, "NFS"},        {0x517B, "SMB"},     {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB"},
    {0x00C36400, "CephFS"}, {0x5346414F, "AFS"}, {0x73757245, "Coda"}, {0x0BD00BD0, "Lustre"},
};
#define FUSE_MAGIC 0x65735546ul

/* FUSE carries local file systems too; these are the ones that are not local. */
static const char *const network_fuse[] = {"sshfs",    "s3fs",         "gcsfuse", "rclone",
                                           "blobfuse", "glusterfs",    "davfs",   "goofys",
                                           "cephfs",   "mountpoint-s3"};

static const char *network_fuse_name(const char *type)
{
    for (size_t i = 0; i < ARRAY_COUNT(network_fuse); i++)
        if (strstr(type, network_fuse[i]) != NULL)
            return network_fuse[i];
    return NULL;
}

/* The type of the mount as /proc/self/mountinfo names it: "… major:minor … - type source …". */
static const char *fuse_network_name(const char *folder)
{
    struct stat info;
    char line[4096], device[32];
    const char *name = NULL;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (mounts == NULL || stat(folder, &info) != 0) {
        if (mounts != NULL)
            fclose(mounts);
        return NULL;
    }
    snprintf(device, sizeof(device), " %u:%u ", major(info.st_dev), minor(info.st_dev));
    while (name == NULL && fgets(line, sizeof(line), mounts) != NULL) {
        const char *type = strstr(line, " - ");
        if (type != NULL && strstr(line, device) != NULL)
            name = network_fuse_name(type);
    }
    fclose(mounts);
    return name;
}

static const char *network_name(const char *folder, unsigned long magic)
{
    for (size_t i = 0; i < ARRAY_COUNT(network_types); i++)
        if (network_types[i].magic == magic)
            return network_types[i].name;
    return magic == FUSE_MAGIC ? fuse_network_name(folder) : NULL;
}

int network_refuse(const char *folder, struct err *err)
{
    struct statfs info;
    if (statfs(folder, &info) != 0)
        return err_errno(err, "could not look at the file system of \"%s\"", folder);
    const char *name = network_name(folder, (unsigned long)info.f_type & 0xFFFFFFFFul);
    if (name == NULL)
        return 0;
    err_set(err, ERR_CONFIG, "the warehouse \"%s\" is on %s, a network file system", folder, name);
    return err_hint(err, "Locks and shared memory do not hold there, and the catalog would break. "
                         "Put the warehouse on a local disk (warehouse: in leat.yaml).");
}
