/**
 * What has a program read its file again, without cutting anybody off; the first that matches
 * counts.
 */
const reloads: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/etc\/haproxy\//, ['systemctl', 'reload', 'haproxy']],
  [/^\/etc\/keepalived\//, ['systemctl', 'reload', 'keepalived']],
  [/^\/etc\/patroni/, ['systemctl', 'reload', 'patroni']],
  [/^\/etc\/postgresql\//, ['systemctl', 'reload', 'postgresql']],
  [/^\/etc\/prometheus\/alertmanager/, ['systemctl', 'reload', 'prometheus-alertmanager']],
  [/^\/etc\/prometheus\//, ['systemctl', 'reload', 'prometheus']],
  [/^\/etc\/nginx\//, ['systemctl', 'reload', 'nginx']],
  [/^\/etc\/apache2\//, ['systemctl', 'reload', 'apache2']],
  [/^\/etc\/systemd\//, ['systemctl', 'daemon-reload']],
];

/** Settings of Reperio itself: only serve reads them again. */
const settings = /^\/etc\/reperio\//;

/** Words of the command; undefined: whoever reads the file does so at its next start. */
export function reloadOf(path: string, { isWeb }: { readonly isWeb: boolean }): readonly string[] | undefined {
  if (settings.test(path))
    return isWeb
      ? ['systemctl', 'reload', 'reperio-web']
      : ['systemctl', 'restart', 'reperio-follower', 'reperio-tasks'];
  return reloads.find(([pattern]) => pattern.test(path))?.[1];
}
