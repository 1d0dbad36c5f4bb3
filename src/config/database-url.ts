const wrongHost = 'has a host that is neither a name nor an address';

/**
 * What is wrong with an address of PostgreSQL, as the end of "DATABASE_URL ..."; undefined:
 * nothing. It never says the address itself, which has a password. Several hosts stand with commas,
 * as libpq writes them.
 */
export function databaseUrlProblem(text: string): string | undefined {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)((?:[/?#].*)?)$/s.exec(text);
  if (parts === null) return 'does not begin with postgresql:// and a host';
  const [, before = '', hosts = '', after = ''] = parts;
  const problem = hosts
    .split(',')
    .map(hostProblem)
    .find((one) => one !== undefined);
  if (problem !== undefined) return problem;
  return URL.canParse(`${before}host:1${after}`)
    ? undefined
    : 'cannot be read; in a password the signs @ / : are written as %40 %2F %3A';
}

/** None is a socket, or the host of a parameter. */
function hostProblem(host: string): string | undefined {
  // A socket's folder is written as %2Fsrv%2F...
  if (host === '' || /^%2f/i.test(host)) return undefined;
  const [, name = '', port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s.exec(host) ?? [];
  if (name === '') return wrongHost;
  if (port !== undefined && port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return 'has a port that is not a number from 1 to 65535';
  return URL.canParse(`http://${name}`) ? undefined : wrongHost;
}
