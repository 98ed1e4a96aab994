# What docker/*.sh share, sourced by them: how containers are built and run on this machine.

# Docker where its daemon answers, else Podman, which needs none: it builds in a chroot and keeps
# plain folders, so that both work inside a container too.
if docker info >/dev/null 2>&1; then
    engine=(docker)
elif command -v podman >/dev/null; then
    engine=(podman --cgroup-manager cgroupfs)
    ! command -v runc >/dev/null || engine+=(--runtime runc)
    export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
else
    echo "expected a running Docker, or podman and runc, found neither" >&2
    exit 1
fi
image=${1:-localhost/fovea:latest}
