"""Stands in for systemd on hosts of namespaces, which have none: only here, and only as much of it as
our units need. Sockets of .socket units stay while their service restarts, and connections wait in
them; services start with LISTEN_FDS and NOTIFY_SOCKET, are ready when they say so, and are started
again when they end.

units.py daemon | systemctl WORDS... | journalctl WORDS...
"""
import glob, json, os, pwd, signal, socket, subprocess, sys, threading, time

folder, control, logs = '/etc/systemd/system', '/run/units.sock', '/var/log/units'


def read(name):
    values = {}
    with open(f'{folder}/{name}') as file:
        for line in file:
            key, sign, value = line.strip().partition('=')
            if sign and not key.startswith('#'):
                values.setdefault(key, []).append(value)
    return values


class Service:
    def __init__(self, name):
        self.name, self.pid, self.ready, self.wanted, self.ended = name, 0, False, False, threading.Event()
        # Jobs of one service are done one after the other, and it has one process.
        self.jobs, self.one = threading.Lock(), threading.Lock()
        self.log = f'{logs}/{name}'

    def environment(self, unit):
        found = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8'}
        for text in unit.get('Environment', []):
            key, _, value = text.partition('=')
            found[key] = value
        for path in unit.get('EnvironmentFile', []):
            if path.startswith('-') and not os.path.exists(path[1:]):
                continue
            for line in open(path.lstrip('-')):
                key, sign, value = line.strip().partition('=')
                if sign and not key.startswith('#'):
                    found[key] = value[1:-1] if value.startswith('"') else value
        return found

    def spawn(self):
        unit = read(self.name)
        user = pwd.getpwnam(unit.get('User', ['root'])[0])
        for state in unit.get('StateDirectory', []):
            os.makedirs(f'/var/lib/{state}', mode=0o700, exist_ok=True)
            os.chown(f'/var/lib/{state}', user.pw_uid, user.pw_gid)
        environment = {**self.environment(unit), 'HOME': user.pw_dir, 'USER': user.pw_name}
        address = f'/run/notify-{self.name}'
        if os.path.exists(address):
            os.unlink(address)
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        heard.bind(address)
        os.chmod(address, 0o777)
        heard.settimeout(0.05)
        environment['NOTIFY_SOCKET'] = address
        fds, names = [], []
        for each in ' '.join(unit.get('Sockets', [])).split():
            if os.path.exists(f'{folder}/{each}'):
                fds.extend(listen(each))
                names.append(read(each).get('FileDescriptorName', [each])[0])
        words = unit['ExecStart'][0].split()
        self.ready = False
        self.ended.clear()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(log, 1), os.dup2(log, 2), os.dup2(os.open('/dev/null', os.O_RDONLY), 0)
            for at, each in enumerate(fds):
                os.dup2(each, 3 + at, inheritable=True)
            if fds:
                environment.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=':'.join(names))
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if user.pw_uid:
                os.setgroups([]), os.setgid(user.pw_gid), os.setuid(user.pw_uid)
            os.chdir('/')
            os.umask(0o077)
            os.execve(words[0], words, environment)
        self.pid = pid
        threading.Thread(target=self.watch, args=(pid, heard), daemon=True).start()

    def watch(self, pid, heard):
        while True:
            done, _ = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            try:
                if b'READY=1' in heard.recv(4096):
                    self.ready = True
            except socket.timeout:
                pass
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        heard.close()
        self.pid, self.ready = 0, False
        self.ended.set()
        if self.wanted:
            time.sleep(1)
            self.ensure()

    def ensure(self):
        with self.one:
            if self.wanted and not self.pid:
                self.spawn()
            return self.pid

    def start(self, limit=900):
        """Until it is ready; False when it ended before."""
        if self.ready:
            return True
        self.wanted = True
        # One that was started again by itself is waited for.
        pid, end = self.ensure(), time.monotonic() + limit
        while time.monotonic() < end:
            if self.ready:
                return True
            if self.pid != pid:
                return False
            time.sleep(0.02)
        return False

    def stop(self):
        with self.one:
            self.wanted, pid = False, self.pid
        if not pid:
            return
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        if not self.ended.wait(50):
            os.killpg(pid, signal.SIGKILL)
            self.ended.wait()


services, sockets = {}, {}


def listen(name):
    if name not in sockets:
        opened = []
        for text in read(name).get('ListenStream', []):
            host, _, port = text.rpartition(':')
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((host, int(port)))
            one.listen(4096)
            # Out of the way of the numbers that the service gets.
            opened.append(os.dup2(one.fileno(), 100 + len(sockets) * 10 + len(opened), inheritable=False))
            one.close()
        sockets[name] = opened
    return sockets[name]


def service(name):
    full = name if '.' in name else f'{name}.service'
    return services.setdefault(full, Service(full))


def exists(name):
    return os.path.exists(f'{folder}/{name}')


def obey(words):
    options = [word for word in words if word.startswith('-')]
    verb, *names = [word for word in words if not word.startswith('-')]
    if verb == 'show':
        wanted, unit = names
        if wanted == 'LoadState':
            return 0, 'loaded' if exists(unit) else 'not-found'
        return 0, str(service(unit).pid)
    if verb == 'daemon-reload':
        return 0, ''
    for name in names:
        if not exists(name if '.' in name else f'{name}.service'):
            return 5, f'Unit {name} not found.'
    if verb == 'is-active':
        return (0 if all(name in sockets if name.endswith('.socket') else service(name).ready for name in names) else 3), ''
    failed = []
    for name in names:
        if name.endswith('.socket'):
            if verb in ('start', 'restart'):
                listen(name)
            elif verb == 'stop':
                for each in sockets.pop(name, []):
                    os.close(each)
            continue
        with service(name).jobs:
            if verb in ('stop', 'restart'):
                service(name).stop()
            started = verb not in ('start', 'restart') or service(name).start()
        if not started:
            failed.append(f'Job for {name} failed because the control process exited with error code.')
    return (1 if failed else 0), '\n'.join(failed)


def daemon():
    os.makedirs(logs, exist_ok=True)
    if os.path.exists(control):
        os.unlink(control)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(control)
    server.listen(64)
    print('listening', flush=True)

    def serve(connection):
        with connection, connection.makefile('rw') as file:
            status, text = obey(json.loads(file.readline()))
            file.write(json.dumps([status, text]) + '\n')

    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def systemctl(words):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(control)
    with client.makefile('rw') as file:
        file.write(json.dumps(words) + '\n')
        file.flush()
        status, text = json.loads(file.readline())
    if text:
        print(text, file=sys.stdout if status == 0 else sys.stderr)
    sys.exit(status)


def journalctl(words):
    name = words[words.index('-u') + 1]
    count = words[words.index('-n') + 1]
    path = f'{logs}/{name if "." in name else name + ".service"}'
    if os.path.exists(path):
        subprocess.run(['tail', '-n', count, path])


mode, *rest = sys.argv[1:]
if mode == 'daemon':
    daemon()
elif mode == 'systemctl':
    # "-p NAME" is a word with its value.
    systemctl([word for word in rest if word not in ('-p', '--value', '--quiet', '--no-pager')])
else:
    journalctl(rest)
