import { totalmem } from 'node:os';
import { includeTuned } from './tuned.ts';

const megabyte = 1024 * 1024;

/**
 * The embedded server's settings, included by its postgresql.conf and written anew at each start.
 * After them `reperio tune database --apply` has its say, and then the operator, in
 * DATA/postgres/postgresql.local.conf.
 */
export function serverConfiguration(socketFolder: string, memory = totalmem()): string {
  const sharedBuffers = Math.round(Math.min(256, Math.max(64, memory / megabyte / 16)));
  const lines: readonly (readonly [name: string, value: string])[] = [
    ['listen_addresses', ''],
    ['unix_socket_directories', socketFolder],
    ['unix_socket_permissions', '0700'],
    ['max_connections', '100'],
    ['shared_buffers', `${sharedBuffers}MB`],
    ['work_mem', '16MB'],
    ['maintenance_work_mem', '128MB'],
    ['fsync', 'on'],
    ['synchronous_commit', 'on'],
    // A bulk load writes gigabytes: few, spread checkpoints keep full page images down.
    ['max_wal_size', '4GB'],
    ['checkpoint_timeout', '15min'],
    ['checkpoint_completion_target', '0.9'],
    ['wal_compression', 'on'],
    // Our statements are short; compiling them costs more than it saves.
    ['jit', 'off'],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
    ['log_line_prefix', '%m [%p] '],
    ['log_checkpoints', 'off'],
    // To archive the log needs no restart then: `reperio backup continuous` gives the command.
    ['archive_mode', 'on'],
    ['archive_command', '/bin/true'],
  ];
  // Here, and not beside the lines below: clusters that are there already have those.
  const includes = `include_if_exists = '../${continuousFile}'\n${includeTuned}`;
  return lines.map(([name, value]) => setting(name, value)).join('') + includes;
}

/** Beside the data: what `reperio backup continuous on` writes. */
export const continuousFile = 'continuous.conf';

/** A line of a configuration file. */
export function setting(name: string, value: string): string {
  return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`;
}

/** Appended once to the postgresql.conf that initdb wrote. */
export const includeLines = `
include = 'reperio.conf'
include_if_exists = '../postgresql.local.conf'
`;
