import { defineErrors } from '../../errors/errors.ts';

export const releaseErrors = defineErrors({
  noRelease: {
    code: 'REPERIO_NO_RELEASE',
    status: 404,
    message: '{path} is not a release: {problem}.',
    hint: 'Name the folder of a release (/opt/reperio/current), or its file (reperio-VERSION-linux-ARCH.tar.zst). A clone is not a release: `scripts/release` makes one of it.',
  },
  infoDamaged: {
    code: 'REPERIO_RELEASE_INFO_DAMAGED',
    status: 500,
    message: '{path} cannot be read: {problem}.',
    hint: 'Copy the release here again.',
  },
  manifestDamaged: {
    code: 'REPERIO_RELEASE_MANIFEST_DAMAGED',
    status: 500,
    message: '{path} cannot be read: {problem}.',
    hint: 'Without it no file of the release can be verified: copy the release here again.',
  },
  archiveDamaged: {
    code: 'REPERIO_RELEASE_ARCHIVE_DAMAGED',
    status: 500,
    message: '{path} is damaged or is not whole: {problem}.',
    hint: 'Copy it here again, and compare its SHA-256 with that of the original.',
  },
  altered: {
    code: 'REPERIO_RELEASE_ALTERED',
    status: 409,
    message: '{path} is not as its manifest says: {files}.',
    hint: 'Copy it here again, and compare its SHA-256 with that which `scripts/release` printed. `reperio release verify {path}` names every file.',
  },
  diskFull: {
    code: 'REPERIO_RELEASE_DISK_FULL',
    status: 507,
    message: 'The disk that holds {folder} is full, so the release cannot be unpacked.',
    hint: 'Free 300 MB there, or name another folder with TMPDIR.',
  },
});
