"""Keeps listening sockets over restarts of a program, as systemd does with Restart=always.

keep-socket.py NAME=HOST:PORT ... -- PROGRAM ARGUMENT ...

Says which ports it has, then the number of each process that it starts. SIGTERM ends the last one.
"""
import os, signal, socket, sys, time

cut = sys.argv.index('--')
program = sys.argv[cut + 1:]
names, sockets = [], []
for text in sys.argv[1:cut]:
    name, _, address = text.partition('=')
    host, _, port = address.rpartition(':')
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((host.strip('[]'), int(port)))
    one.listen(4096)
    # Out of the way of the numbers that the program gets.
    names.append(name)
    sockets.append(os.dup2(one.fileno(), 100 + len(sockets), inheritable=False))
    one.close()
print('ports', *[socket.socket(fileno=os.dup(each)).getsockname()[1] for each in sockets], flush=True)

ending = False
child = 0


def end(*_):
    global ending
    ending = True
    if child:
        os.kill(child, signal.SIGTERM)


signal.signal(signal.SIGTERM, end)
while not ending:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for at, each in enumerate(sockets):
            os.dup2(each, 3 + at, inheritable=True)
        os.environ.update(LISTEN_FDS=str(len(sockets)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=':'.join(names))
        os.execvp(program[0], program)
    print('started', child, flush=True)
    while True:
        try:
            os.waitpid(child, 0)
            break
        except InterruptedError:
            pass
    if not ending:
        time.sleep(0.1)
