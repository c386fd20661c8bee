"""steps.py: the calls of a run as steps in plain words; what repeats is folded. For
tests/stage/trace."""

import os
import re

from replay import FEW, SAYS, error_name, show, signal_name

FIRST, LAST = 4, 2  # of a kind, in a long run: so many are drawn

FLAGS = [
    (os.O_CREAT, 'O_CREAT'),
    (os.O_EXCL, 'O_EXCL'),
    (os.O_TRUNC, 'O_TRUNC'),
    (os.O_NONBLOCK, 'O_NONBLOCK'),
    (os.O_NOFOLLOW, 'O_NOFOLLOW'),
]
LOCKS = {1: 'LOCK_SH', 2: 'LOCK_EX', 4: 'LOCK_NB', 8: 'LOCK_UN'}
FATAL = (
    'SIGPIPE',
    'SIGSEGV',
    'SIGBUS',
    'SIGABRT',
    'SIGILL',
    'SIGFPE',
    'SIGSYS',
)  # who dies of it did not wait
END_NAMES = {'r': 'read end', 'w': 'write end', 'rw': 'both ends'}
LOCKF = ['F_ULOCK', 'F_LOCK', 'F_TLOCK', 'F_TEST']


def open_flags(flags):
    words = [['O_RDONLY', 'O_WRONLY', 'O_RDWR', '?'][flags & 3]]
    return ' | '.join([name for bit, name in FLAGS if flags & bit == bit] + words)


def time_words(ns):
    if ns < 0:
        return '0 ms'
    if ns < 10_000_000:
        return f'{ns / 1e6:.2f} ms'
    if ns < 1_000_000_000:
        return f'{ns / 1e6:.0f} ms'
    return f'{ns / 1e9:.2f} s'


def plural(number, word):
    return f'{number:,} {word}{"" if number == 1 else "s"}'


class Step:
    def __init__(self, time, side, kind, label, words, **more):
        self.time, self.side, self.kind, self.label, self.words = time, side, kind, label, words
        self.full = more.get('full', label)
        self.small = more.get('small', '')
        self.arrow = more.get('arrow', '')  # to, from: the object
        self.bad = more.get('bad', False)
        self.call = more.get('call')
        self.state = more.get('state')
        self.wait = more.get('wait')  # the step at which the wait began
        self.waits = more.get('waits', '')  # its color: object, input
        self.process = more.get('process') or (
            self.call.process if self.call is not None else None
        )
        self.number, self.place, self.stack, self.parts, self.lasted, self.never = (
            0,
            None,
            [],
            {},
            0,
            '',
        )


class Teller:
    """Words for one call."""

    def __init__(self, replay, lines, sources):
        self.replay, self.lines, self.kind = replay, lines, replay.state.kind
        self.types = alpc_types(sources.get('protocol.h', '')) if self.kind == 'alpc' else None
        self.many = any(p.number_of_side > 1 for p in replay.processes)
        replay.state.describe = self.data

    def who(self, call):
        return self.who_is(call.process)

    def who_is(self, process):
        if self.many and process.side == 'producer':
            return f'Producer {process.number_of_side}'
        return f'The {process.side}'

    def sem(self, call):
        if call.name == 'sem_open':
            return call.text.decode(errors='replace')
        return self.replay.semaphores.get((call.process.number, call.args[0]), '?')

    def data(self, call):
        if self.types and call.name in ('sendmsg', 'recvmsg') and len(call.text) >= 20:
            kind = int.from_bytes(call.text[:4], 'little')
            if kind < len(self.types):
                words, length = self.types[kind], int.from_bytes(call.text[16:20], 'little')
                handle = call.args[2]
                if words == 'LINE':
                    words += (
                        f' {show(call.text[20:20 + length], length)}'
                        if handle == -1
                        else f' of {length} bytes'
                    )
                return words + (f' + handle {handle}' if handle != -1 else '')
        return show(
            call.text,
            call.bytes if call.end and not call.error else max(len(call.text), call.bytes),
        )

    def path(self, call):
        return '"' + call.text.decode(errors='replace') + '"'

    def result(self, call):
        if not call.end:
            return 'never returned'
        if call.error:
            return f'-1 {error_name(call.error)}'
        if call.name == 'mmap':
            return 'an address'
        if call.name in SAYS or call.name in ('exit', '_exit', 'signal'):
            return ''
        return str(call.result)

    def full(self, call, begun=False):
        """The call with its arguments and its result, as C would write it. If it has only begun:
        without what it brings."""
        name, a = call.name, call.args
        brings = call.bytes and not begun
        if name in ('mq_send', 'mq_timedsend'):
            inside = f'{a[0]}, {show(call.text, a[1])}, {a[1]}, {a[2]}'
        elif name in ('mq_receive', 'mq_timedreceive'):
            inside = f'{a[0]}, {self.data(call) if brings else "buffer"}, {a[1]}, NULL'
        elif name in ('read', 'recv'):
            inside = f'{a[0]}, {self.data(call) if brings else "buffer"}, {a[2]}'
        elif name in ('write', 'send'):
            inside = f'{a[0]}, {show(call.text, a[2])}, {a[2]}'
        elif name in ('sendmsg', 'recvmsg'):
            known = call.text and (name == 'sendmsg' or not begun)
            inside = f'{a[0]}, {self.data(call) if known else "message"}, {a[1]}'
        elif name in ('getline', 'fgets', 'fread'):
            inside = f'{self.data(call)}' if brings else 'stdin'
        elif name == 'fwrite':
            inside = f'{show(call.text, a[2])}, 1, {a[2]}, stdout'
        elif name in ('shm_open', 'open'):
            inside = f'{self.path(call)}, {open_flags(a[1])}' + (
                f', {a[2]:04o}' if a[1] & os.O_CREAT else ''
            )
        elif name == 'mq_open':
            inside = f'{self.path(call)}, {open_flags(a[1])}' + (
                f', {a[2]:04o}, limits' if a[1] & os.O_CREAT else ''
            )
        elif name == 'sem_open':
            inside = f'{self.path(call)}, {open_flags(a[1])}' + (
                f', {a[2]:04o}, {a[3]}' if a[1] & os.O_CREAT else ''
            )
        elif name == 'mkfifo':
            inside = f'{self.path(call)}, {a[1]:04o}'
        elif name in ('shm_unlink', 'mq_unlink', 'sem_unlink', 'unlink') or name.startswith(
            'exec'
        ):
            inside = self.path(call)
        elif name in ('bind', 'connect'):
            inside = f'{a[0]}, {self.path(call)}'
        elif name == 'memfd_create':
            inside = self.path(call)
        elif name == 'sem_init':
            inside = f'{self.sem(call)}, {a[1]}, {a[2]}'
        elif name.startswith('sem_'):
            inside = self.sem(call) + (', until' if name == 'sem_timedwait' else '')
        elif name in ('pipe', 'pipe2', 'socketpair'):
            inside = f'{{{a[0]}, {a[1]}}}'
        elif name == 'mmap':
            inside = f'NULL, {a[1]}, ..., {a[4]}'
        elif name == 'munmap':
            inside = f'address, {a[1]}'
        elif name in ('ftruncate', 'dup2', 'listen'):
            inside = f'{a[0]}, {a[1]}'
        elif name == 'posix_fallocate':
            inside = f'{a[0]}, {a[1]}, {a[2]}'
        elif name == 'flock':
            inside = f'{a[0]}, ' + ' | '.join(w for bit, w in LOCKS.items() if a[1] & bit)
        elif name == 'lockf':
            inside = f'{a[0]}, {LOCKF[a[1]] if 0 <= a[1] < 4 else a[1]}, {a[2]}'
        elif name in ('waitpid', 'wait'):
            inside = f'{a[0]}, &status, {a[2]}' if name == 'waitpid' else '&status'
        elif name == 'signal':
            inside = f'{signal_name(a[0])}, ' + {0: 'SIG_DFL', 1: 'SIG_IGN'}.get(a[1], 'handler')
        elif name in ('raise', 'kill'):
            inside = (f'{a[0]}, ' if name == 'kill' else '') + signal_name(
                a[0] if name == 'raise' else a[1]
            )
        elif name == 'umask':
            inside = f'{a[0]:04o}'
        elif name in (
            'close',
            'mq_close',
            'fcntl',
            'accept',
            'mq_getattr',
            'usleep',
            'sleep',
            'exit',
            '_exit',
        ):
            inside = str(a[0])
        elif name == 'mq_setattr':
            inside = f'{a[0]}, ' + ('O_NONBLOCK' if a[1] else '0')
        elif name == 'poll':
            inside = f'ports, {a[1]}, {a[2]}'
        elif name in SAYS:
            inside = self.path(call)
        else:
            inside = ''
        result = '' if begun else self.result(call)
        return f'{name}({inside})' + (f' = {result}' if result else '')

    def label(self, call):
        """Short, for the picture."""
        name, a = call.name, call.args
        failed = f' = {self.result(call)}' if call.error or not call.end else ''
        if name == 'write' and call.end and not failed and call.bytes < a[2]:
            failed = f' = {call.bytes:,} of {a[2]:,}'
        if call.act == 'put' or name in ('write', 'fwrite'):
            return f'{name}({self.data(call)}){failed}'
        if call.act in ('get', 'input'):
            if failed or not call.bytes:
                return name + (
                    failed
                    or (
                        ': end of file'
                        if call.act == 'input' or self.kind in ('pipes', 'fifo')
                        else ': empty message'
                        if self.kind == 'mqueue'
                        else ' = 0'
                    )
                )
            return f'{name}: {self.data(call)}'
        if name in ('shm_open', 'mq_open', 'open'):
            return f'{name}({open_flags(a[1] & ~(os.O_NOFOLLOW | os.O_NONBLOCK)).replace(" | ", "|")}){failed}'
        if name in (
            'shm_unlink',
            'mq_unlink',
            'unlink',
            'bind',
            'connect',
            'mkfifo',
            'mmap',
            'pipe',
            'socketpair',
            'munmap',
        ):
            return name + failed
        if name in SAYS:
            said = call.text.decode(errors='replace').partition(' on /')[0]
            return f'says: {said}' + (f': {os.strerror(a[0])}' if name in ('err', 'warn') else '')
        if name in ('waitpid', 'wait'):
            return f'{name} = {call.result}' if call.end else name + failed
        if name.startswith('exec'):
            return f'{name}({self.path(call)})' + (failed if call.end else '')
        if name.startswith('sem_') and call.act:
            return f'{name}({self.sem(call)}){failed}'
        if call.closes:
            return f'close({a[0]}): ' + END_NAMES[call.closes]
        return self.full(call).replace(' = 0', '')

    def label_of_wait(self, call):
        name = call.name
        if name.startswith('sem_'):
            return f'{name}({self.sem(call)})'
        if call.act == 'put':
            return self.label(call)
        if name == 'open':
            return f'{name}({open_flags(call.args[1] & ~os.O_NOFOLLOW)})'
        return name

    def arrow(self, call):
        if call.act in ('output', 'input'):
            return (
                'from'
                if self.kind == 'shm' and call.act == 'output'
                else 'to'
                if self.kind == 'shm' and call.name == 'read'
                else ''
            )
        if (
            (call.act in ('get', 'take') or call.name in ('poll', 'accept'))
            and call.end
            and not call.error
        ):
            return 'from'
        if (
            call.name in SAYS
            or call.name in ('exit', '_exit', 'fork', 'waitpid', 'wait', 'sleep', 'dup2')
            or call.name.startswith('exec')
        ):
            return ''
        return 'to'

    def why_it_waits(self, call):
        name = call.name
        if call.act == 'input':
            return 'waits for its own input'
        if name.startswith('mq_'):
            return 'waits: the queue is ' + ('full' if call.act == 'put' else 'empty')
        if call.act == 'take':
            sem = self.sem(call)
            return f'waits: {sem} is 0'
        if name == 'open':
            return f'waits for a {["writer", "reader", "partner", "partner"][call.args[1] & 3]} to open it'
        if name in ('waitpid', 'wait'):
            return 'waits for its child to end'
        if name in ('recvmsg', 'recv', 'poll', 'accept'):
            return 'waits: no message'
        if name in ('read', 'write') and call.act in ('get', 'put'):
            return 'waits: the pipe is ' + ('empty' if call.act == 'get' else 'full')
        if name in ('flock', 'lockf', 'fcntl'):
            return 'waits: another process has the lock'
        if name == 'usleep':
            return 'checks again and again'
        if name in ('sleep', 'nanosleep'):
            return 'sleeps'
        return 'waits'

    def since(self, call):
        """When did it begin? If it checks again and again: with the first time."""
        if call.name != 'usleep':
            return call.start
        same = [c for c in call.process.calls if c.name == call.name and c.frames == call.frames]
        return same[0].start

    def never(self, call):
        return 'without end' if call.name == 'usleep' else 'and never returns'

    def ended_by(self, call):
        """Of a call that never returned: what would have ended the wait."""
        name, state = call.name, self.replay.state
        if name.startswith('mq_'):
            other = 'mq_receive' if call.act == 'put' else 'mq_send'
            return f'. Only {other} of the other side would end the wait'
        if call.act == 'take':
            return f'. Only sem_post({self.sem(call)}) of the other side would end the wait'
        if call.act in ('get', 'put') and self.kind in ('pipes', 'fifo'):
            end, what = ('w', 'write') if call.act == 'get' else ('r', 'read')
            holders = state.holders(end)
            itself = ' itself' if holders == f'the {call.process.side}' else ''
            return f'. The {what} end is still open in {holders}{itself}' if holders else ''
        if name in ('waitpid', 'wait'):
            return '. The child would have to exit first'
        return ''

    def waits(self, call):
        """A wait that is one of IPC ('object'), for input, or none to speak of."""
        if not call.waited or not call.end and call.process.killed in FATAL:
            return ''
        if call.act == 'input':
            return 'input'
        if (
            call.act in ('get', 'put', 'take')
            and (call.act == 'take' or self.replay.moves(call))
            or call.name in ('waitpid', 'wait', 'poll', 'sleep', 'nanosleep', 'pause')
            or call.name == 'open'
            and self.kind == 'fifo'
            or call.name == 'flock'
            and not call.args[1] & 4
        ):
            return 'object'
        return (
            'object'
            if not call.end
            and not call.name.startswith(('exec', 'exit', '_exit', 'raise', 'kill'))
            else ''
        )

    def part(self, call):
        if call.name != 'write' or call.bytes >= call.args[2]:
            return ''
        left = call.args[2] - call.bytes
        return f' It wanted to write {call.args[2]:,}: {left:,} are not written yet.'

    def words(self, call):
        """What the call does, in a sentence."""
        who, name, a, n = self.who(call), call.name, call.args, call.bytes
        if name in SAYS:
            return f'{who} says on standard error: {call.text.decode(errors="replace")}' + (
                f': {os.strerror(a[0])}' if name in ('err', 'warn') else ''
            )
        if (
            call.error
            and name in ('flock', 'lockf')
            and error_name(call.error) in ('EAGAIN', 'EACCES')
        ):
            return f'{who} cannot get the lock: another process has it, so that process is alive.'
        if name == 'mkfifo' and error_name(call.error) == 'EEXIST':
            return f'{who} finds the FIFO there already (EEXIST): the other side has created it.'
        if call.error:
            error, why = error_name(call.error), os.strerror(call.error)
            if error == 'ETIMEDOUT' and call.act == 'take':
                why = f'{self.sem(call)} was 0 until the time given'
            elif error == 'EAGAIN' and call.act in ('get', 'put'):
                why = 'it would have to wait, and is not allowed to'
            return f'{who}: {name} fails: {error}, {why}.'
        if call.act == 'put':
            what = {'mqueue': 'sends a message of', 'alpc': 'sends a message of'}.get(
                self.kind, 'writes'
            )
            if self.kind == 'mqueue' and a[1] == 0:
                return f'{who} sends an empty message: it has no more to send.'
            return (
                f'{who} {what} {plural(n, "byte")}'
                + ('' if self.kind in ('mqueue', 'alpc') else ' into the pipe')
                + f': {self.data(call)}.'
                + self.part(call)
            )
        if call.act == 'get':
            if not n:
                return {
                    'mqueue': f'{who} receives an empty message: the producer has no more to send.',
                    'alpc': f'{who} learns that the other side has closed its port, or has died.',
                }.get(
                    self.kind,
                    f'{who} reads the end of file: no process has the write end open any more.',
                )
            what = 'receives a message of' if self.kind in ('mqueue', 'alpc') else 'reads'
            return f'{who} {what} {plural(n, "byte")}: {self.data(call)}.'
        if call.act == 'input':
            if not n:
                return f'{who} comes to the end of its input.'
            where = (
                ', straight into the shared memory'
                if self.kind == 'shm' and name == 'read'
                else ''
            )
            return f'{who} reads {plural(n, "byte")} of its input{where}: {self.data(call)}.'
        if call.act == 'output':
            if name == 'fflush':
                return f'{who} flushes its output.'
            where = (
                ', straight from the shared memory'
                if self.kind == 'shm' and name == 'write'
                else ''
            )
            return (
                f'{who} writes {plural(n, "byte")} to its output{where}: {show(call.text, n)}.'
                + self.part(call)
            )
        if name == 'open' and self.kind == 'fifo':
            return f'{who} opens the FIFO for {["reading", "writing", "reading and writing"][a[1] & 3]}.'
        created = 'creates, or opens, ' if a[1] & os.O_CREAT else 'opens '
        if name.startswith('sem_'):
            sem = self.sem(call)
            return {
                'sem_init': f'{who} sets up the semaphore {sem}: {a[2]}.',
                'sem_post': f'{who} adds 1 to {sem}. A process that waits for it can go on.',
            }.get(
                name,
                f'{who} takes 1 from {sem}.' if call.act == 'take' else f'{who} calls {name}.',
            )
        lock = ''
        if name == 'flock':
            lock = (
                'releases its lock'
                if a[1] & 8
                else 'takes a shared lock'
                if a[1] & 1
                else 'takes an exclusive lock'
            )
        return {
            'shm_open': f'{who} {created}the shared memory; its mode: {a[2]:04o}.'
            if a[1] & os.O_CREAT
            else f'{who} opens the shared memory.',
            'mq_open': f'{who} {created}the queue'
            + (f'; its mode: {a[2]:04o}.' if a[1] & os.O_CREAT else '.'),
            'ftruncate': f'{who} sets its size: {a[1]:,} bytes.',
            'posix_fallocate': f'{who} reserves memory for all of it.',
            'mmap': f'{who} maps it into its own memory.',
            'munmap': f'{who} unmaps it.',
            'shm_unlink': f'{who} removes the name. The memory stays until the last process unmaps it.',
            'mq_unlink': f'{who} removes the queue.',
            'unlink': f'{who} removes the name.',
            'mkfifo': f'{who} creates the FIFO; its mode: {a[1]:04o}.',
            'pipe': f'{who} creates a pipe: read end {a[0]}, write end {a[1]}.',
            'socketpair': f'{who} creates two private communication ports: {a[0]} and {a[1]}.',
            'socket': f'{who} creates a socket, a port without a name.',
            'bind': f'{who} gives its port a name: it is the connection port.',
            'listen': f'{who} is ready for connection requests.',
            'connect': f'{who} opens the connection port.',
            'accept': f'{who} accepts a connection: a new client.',
            'memfd_create': f'{who} creates a section: memory without a name.',
            'poll': f'{who} sees that a message or a new client has come.',
            'fork': f'{who} creates a child, process {call.result}.',
            'dup2': f'{who} makes the read end its standard input.'
            if a[1] == 0
            else f'{who} copies a descriptor.',
            'waitpid': f'{who} learns how its child ended: {status_words(a[1])}.',
            'wait': f'{who} learns how its child ended: {status_words(a[1])}.',
            'close': f'{who} closes descriptor {a[0]}.'
            if not call.closes
            else f'{who} closes its {END_NAMES[call.closes]}, descriptor {a[0]}.',
            'mq_close': f'{who} closes the queue.',
            'exit': f'{who} exits with status {a[0]}.',
            '_exit': f'{who} exits with status {a[0]}.',
            'flock': f'{who} {lock}.',
            'lockf': f'{who} '
            + ('checks whether another process has the lock.' if a[1] == 3 else 'takes a lock.'),
            'mq_setattr': f'{who}: from now on a call '
            + ('fails instead of waiting.' if a[1] else 'waits if it has to.'),
            'mq_getattr': f'{who} asks how many messages there are: {a[1]}.',
            'signal': f'{who} '
            + {0: 'restores the default action of ', 1: 'ignores '}.get(a[1], 'installs a handler for ')
            + f'{signal_name(a[0])}.',
            'raise': f'{who} sends {signal_name(a[0])} to itself.',
            'usleep': f'{who} sleeps {a[0]:,} microseconds, then checks again.',
        }.get(
            name,
            f'{who} becomes the program {call.text.decode(errors="replace")}.'
            if name.startswith('exec')
            else f'{who} calls {name}.',
        )


def alpc_types(text):
    """The names in enum type, in their order; None if the student's has no such thing."""
    found = re.search(r'enum type \{(.*?)\}', text, re.S)
    return (
        re.findall(r'^\s*([A-Z_]+)', re.sub(r'/\*.*?\*/', '', found[1], flags=re.S), re.M)
        if found
        else None
    )


def status_words(status):
    status &= 0xFFFF
    return (
        f'killed by {signal_name(os.WTERMSIG(status))}'
        if os.WIFSIGNALED(status)
        else f'status {os.WEXITSTATUS(status)}'
    )


def kind_of(call, teller):
    """Calls that are alike."""
    return (
        call.process.number,
        call.name,
        tuple(call.frames),
        call.error,
        bool(teller.waits(call)),
        call.args[1]
        if call.name in ('lockf', 'flock', 'signal', 'mq_setattr')
        else call.bytes == 0,
    )


def choose(replay, teller):
    """Sets step to True for the calls that are drawn; those that stand for others count them."""
    kinds, longest = {}, {}
    main = [c for c in replay.calls if replay.concerns(c) and not c.error]
    few = len(main) <= FEW
    for call in replay.calls:
        kinds.setdefault(kind_of(call, teller), []).append(call)
        if call.end and teller.waits(call) == 'object' and call.act:
            best = longest.get(call.process.side)
            if best is None or call.end - call.start > best.end - best.start:
                longest[call.process.side] = call
    for calls in kinds.values():
        first = calls[0]
        if few and len(calls) <= FIRST:
            once(calls, FIRST)
        elif not replay.concerns(first):
            once(calls, 1)
        elif (
            first.error
            and first.name not in SAYS
            or first.name in ('sem_timedwait', 'poll')
            and first.error
        ):
            once(calls, 2)
        else:
            for i, call in enumerate(calls):
                call.step = few or i < FIRST or i >= len(calls) - LAST
    for call in longest.values():
        call.step = True
    for call in replay.calls:
        if not call.end:
            call.step = True


def once(calls, number):
    for call in calls[:number]:
        call.step = True
    rest = calls[number:]
    for call in rest:
        call.step = None  # not folded either: the first one counts it
    calls[min(number, len(calls)) - 1].more = len(rest)
    calls[min(number, len(calls)) - 1].until = rest[-1].end or rest[-1].start if rest else None


def steps_of(replay, teller, run):
    """All steps, in order."""
    choose(replay, teller)
    replay.run()
    steps, folded = [], []
    for call in replay.applied:
        if call.step:
            flush(folded, steps, teller)
            steps.append(step_of(call, teller))
        elif call.step is False:
            folded.append(call)
    flush(folded, steps, teller)
    for call in replay.calls:  # those that never returned
        if not call.end and call.process.killed in FATAL:
            why = f' of {call.process.killed}' + (
                ': nobody reads any more' if call.process.killed == 'SIGPIPE' else ''
            )
            steps.append(
                Step(
                    call.start,
                    call.process.side,
                    'call',
                    teller.label(call).replace(' = never returned', ''),
                    f'{teller.who(call)} calls {call.name}, and dies in it{why}.',
                    full=teller.full(call),
                    call=call,
                    bad=True,
                    arrow='to' if call.act in ('put', 'post') else '',
                    small=f'dies in it{why}',
                )
            )
        elif not call.end and call.name.startswith('exec'):
            if any(p.number == call.process.number and p.start > call.start for p in replay.processes):
                steps.append(
                    Step(
                        call.start,
                        call.process.side,
                        'call',
                        teller.label(call),
                        teller.words(call),
                        full=teller.full(call, begun=True),
                        call=call,
                    )
                )
        elif not call.end:
            steps.append(
                Step(
                    teller.since(call),
                    call.process.side,
                    'begin',
                    teller.label(call).replace(' = never returned', ''),
                    f'{teller.who(call)} {teller.why_it_waits(call)}, {teller.never(call)}{teller.ended_by(call)}.',
                    full=teller.full(call, begun=True),
                    call=call,
                    bad=teller.waits(call) == 'object',
                    small=teller.why_it_waits(call),
                    waits=teller.waits(call),
                )
            )
            steps[-1].never = teller.never(call)
        elif call.step and teller.waits(call):
            begin = Step(
                call.start,
                call.process.side,
                'begin',
                teller.label_of_wait(call),
                f'{teller.who(call)} {teller.why_it_waits(call)}.',
                full=teller.full(call, begun=True),
                call=call,
                small=teller.why_it_waits(call),
                waits=teller.waits(call),
            )
            steps.append(begin)
    started = set()
    for process in replay.processes:
        if process.number not in started:  # else the program that it has become by exec
            started.add(process.number)
            who = teller.who_is(process)
            steps.append(
                Step(
                    process.start,
                    process.side,
                    'start',
                    f'{who.removeprefix("The ").lower()} starts',
                    f'{who} starts, as process {process.number}.',
                    process=process,
                )
            )
        if process.killed and process.end:
            steps.append(
                Step(
                    process.end,
                    process.side,
                    'exit',
                    f'killed by {process.killed}',
                    f'{teller.who_is(process)} is killed by {process.killed}.',
                    bad=True,
                    process=process,
                )
            )
        elif process.end and not any(c.name in ('exit', '_exit') for c in process.calls[-1:]):
            label = f'exits, status {process.status}'  # no exit was noted: not glibc, say
            words = f'{teller.who_is(process)} exits with status {process.status}.'
            steps.append(Step(process.end, process.side, 'exit', label, words, process=process))
    for time, side, label, words in run.said:
        steps.append(Step(time, side, 'note', label, words, bad=label.startswith('nothing')))
    steps.sort(key=lambda s: s.time)
    for step in steps:  # several producers have one line: which one is it?
        if teller.many and step.process and step.side == 'producer' and step.kind != 'start':
            which = 'producer ' if step.kind == 'exit' else ''
            step.label = f'{which}{step.process.number_of_side}: {step.label}'
    return merge(steps, teller)


def merge(steps, teller):
    """A wait during which nothing else happened is one step, not two. Numbers the steps."""
    out, begins = [], {}
    for step in steps:
        if step.kind == 'begin':
            begins[id(step.call)] = step
        elif step.call is not None and id(step.call) in begins and step.kind != 'fold':
            begin = begins.pop(id(step.call))
            step.waits = begin.waits
            lasted = time_words(step.call.end - step.call.start)
            step.small = ('waited ' if begin.waits == 'object' else '') + lasted
            again = f' ×{step.call.more + 1:,} from here on' if step.call.more else ''
            if begin.waits == 'input':
                step.small = ''
            if out and out[-1] is begin:
                out.pop()
                step.small = begin.small.replace('waits', f'waited {lasted}', 1) + again
                step.wait = step
            else:
                step.wait = begin
            step.small += again
            waited = begin.words.replace(' waits', f' waited {lasted}', 1)
            step.words = f'{waited} {step.words}'
        out.append(step)
    for number, step in enumerate(out, 1):
        step.number = number
    by_call = {id(s.call): s for s in out if s.call is not None and s.kind != 'begin'}
    for step in out:
        cause = (
            step.call.cause
            if step.call is not None and step.kind != 'begin' and step.waits == 'object'
            else None
        )
        if cause is not None and id(cause) in by_call:
            step.words += f' What ended the wait: step {by_call[id(cause)].number}, {cause.name} of the {cause.process.side}.'
            if ':' not in step.small:
                step.small += f', until {cause.name}'
    return out


def step_of(call, teller):
    if call.name in ('exit', '_exit'):
        return Step(
            call.point,
            call.process.side,
            'exit',
            f'exits, status {call.args[0]}',
            teller.words(call),
            full=teller.full(call),
            call=call,
            bad=call.args[0] != 0,
        )
    kind = 'say' if call.name in SAYS else 'call' if teller.replay.concerns(call) else 'aside'
    if call.act in ('input', 'output') and not teller.arrow(call) or call.name == 'fflush':
        kind = 'aside'
    step = Step(
        call.point,
        call.process.side,
        kind,
        teller.label(call),
        teller.words(call),
        full=teller.full(call),
        call=call,
        state=call.state,
        arrow=teller.arrow(call) if kind == 'call' else '',
        bad=bool(call.error) and kind == 'call' or call.name in ('err', 'errx'),
    )
    if call.more:
        lasted = time_words((call.until or call.point) - call.start)
        step.small = f'×{call.more + 1:,} from here on, in {lasted}'
        step.words += f' The same happens {plural(call.more, "time")} more, within {lasted}.'
        step.label += f' ×{call.more + 1:,}' if kind == 'aside' else ''
    return step


def flush(folded, steps, teller):
    """The calls that are not drawn between two that are, in one step."""
    if not folded:
        return
    if len(folded) <= 2:
        for call in folded:
            steps.append(step_of(call, teller))
    else:
        count = {}
        for call in folded:
            entry = count.setdefault((call.process.side, call.name), [0, 0, 0, 0])
            entry[0] += 1
            entry[1] += call.bytes
            if teller.waits(call) == 'object':
                entry[2] += 1
                entry[3] += call.end - call.start
        parts = {}
        for (side, name), (n, size, waits, lasted) in count.items():
            words = [f'{n:,} × {name}' + (f', {size:,} bytes' if size else '')]
            if waits:
                words.append(f'waited {plural(waits, "time")}, {time_words(lasted)}')
            parts.setdefault(side, []).append(words)
        steps.append(
            Step(
                folded[-1].point,
                '',
                'fold',
                '',
                ' '.join(
                    f'The {side}: ' + '; '.join(', '.join(w) for w in p) + '.'
                    for side, p in parts.items()
                ),
                full=f'{plural(len(folded), "more call")}',
            )
        )
        steps[-1].parts = {
            side: [line for words in p for line in words] for side, p in parts.items()
        }
        steps[-1].lasted = folded[-1].point - folded[0].start
    folded.clear()
