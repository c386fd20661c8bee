"""replay.py: what tests/tools/calls.c has noted, of both sides, as one sequence of steps, with the
state of the object after each. For tests/stage/trace."""

import bisect
import errno
import glob
import os
import re
import signal
import stat
import struct
import subprocess

RECORD = struct.Struct('=QQ3Q5qqiIII16s96s')  # struct record
PIPE_ROOM = 65536  # what a pipe holds: pipe(7)
FEW = 150  # main calls: so many are all drawn
MAIN = {
    'mq_send': 'put',
    'mq_timedsend': 'put',
    'write': 'put',
    'sendmsg': 'put',
    'send': 'put',
    'mq_receive': 'get',
    'mq_timedreceive': 'get',
    'read': 'get',
    'recvmsg': 'get',
    'recv': 'get',
    'sem_post': 'post',
    'sem_wait': 'take',
    'sem_timedwait': 'take',
    'sem_trywait': 'take',
}
INPUT = {'read', 'getline', 'fgets', 'fread'}
OUTPUT = {'write', 'fwrite', 'fflush'}
# what care for leftovers, deaths and signals needs: drawn small, and once
ASIDE = {
    'flock',
    'lockf',
    'fcntl',
    'signal',
    'umask',
    'usleep',
    'mq_getattr',
    'mq_setattr',
    'fflush',
    'kill',
    'raise',
    'dup',
    'posix_fallocate',
}
SAYS = {'warn', 'warnx', 'err', 'errx'}


class Call:
    __slots__ = (
        'start',
        'end',
        'frames',
        'args',
        'result',
        'error',
        'waited',
        'text',
        'name',
        'process',
        'object',
        'act',
        'point',
        'cause',
        'step',
        'state',
        'bytes',
        'more',
        'until',
        'closes',
    )

    def __repr__(self):
        return f'{self.name}{self.args}={self.result}'


class Process:
    def __init__(self, number, parent, program, start):
        self.number, self.parent, self.program, self.start = number, parent, program, start
        self.side = os.path.basename(program)
        self.calls, self.status, self.killed, self.end = [], None, None, None
        self.number_of_side = 1
        self.own = set()  # the ends of its pipes and pairs of sockets


def read_log(path):
    """One process: its calls, with what each of its descriptors leads to."""
    with open(path, 'rb') as file:
        first = file.read(RECORD.size)
        if len(first) < RECORD.size or not struct.unpack_from('=Q', first)[0]:
            return None
        fields = RECORD.unpack(first)
        process = Process(
            fields[5], fields[6], fields[16][: fields[13]].decode(errors='replace'), fields[0]
        )
        leads_to, ended = {}, False
        while not ended:
            block = file.read(RECORD.size * 4096)
            for fields in RECORD.iter_unpack(block[: len(block) // RECORD.size * RECORD.size]):
                if not fields[0]:
                    ended = True
                    break
                add_call(process, fields, leads_to)
            ended = ended or not block
    return process


def add_call(process, fields, leads_to):
    name = fields[15].rstrip(b'\0').decode()
    args = fields[5:10]
    if name == 'descriptor':
        leads_to[args[0]] = (stat.S_IFMT(args[1]), args[3], args[2])
        if process.calls and process.calls[-1].name in ('pipe', 'pipe2', 'socketpair'):
            process.own.add(leads_to[args[0]])
        if (
            process.calls
            and process.calls[-1].object is None
            and process.calls[-1].result == args[0]
        ):
            process.calls[-1].object = leads_to[args[0]]  # the call that opened it
        elif process.calls and process.calls[-1].name in ('pipe', 'pipe2', 'socketpair'):
            process.calls[-1].object = leads_to[args[0]]
        return
    call = Call()
    call.start, call.end, call.frames = fields[0], fields[1], [f for f in fields[2:5] if f]
    call.args, call.result, call.error = args, fields[10], fields[11]
    call.waited = fields[12] > 0 and call.end or not call.end
    call.waited = bool(call.waited)
    call.text, call.name, call.process = fields[16][: fields[13]], name, process
    call.object = call.act = call.cause = call.step = call.state = call.point = call.until = None
    call.bytes = call.more = 0
    call.closes = ''  # of a pipe: which end
    if name in (
        'mq_open',
        'open',
        'shm_open',
        'socket',
        'accept',
        'memfd_create',
        'pipe',
        'pipe2',
        'socketpair',
        'dup2',
        'dup',
        'mmap',
    ):
        if name == 'mmap':
            call.object = leads_to.get(args[4])
    elif name.startswith(('sem_', 'fork', 'exec', 'wait', 'exit', '_exit')) or name in SAYS:
        pass
    else:
        call.object = leads_to.get(args[0])
        if name in ('close', 'mq_close') and not call.error and call.end:
            leads_to.pop(args[0], None)
    call.act = MAIN.get(name)
    if name in INPUT and (args[0] == 0 and not is_pipe_of_pair(process, call)):
        call.act = 'input'
    elif name in OUTPUT and args[0] == 1:
        call.act = 'output'
    elif args[0] == 2 and name in OUTPUT:
        return
    if call.act in ('put', 'get', 'input', 'output'):
        call.bytes = max(call.result, 0) if call.end else 0
        if name in ('mq_send', 'mq_timedsend') and call.end and not call.error:
            call.bytes = args[1]
    process.calls.append(call)


def is_pipe_of_pair(process, call):
    """The consumer of an ordinary pipe reads its standard input."""
    return (
        process.side == 'consumer'
        and call.name == 'read'
        and call.object
        and stat.S_ISFIFO(call.object[0])
    )


def read_folder(folder):
    processes = [p for p in map(read_log, sorted(glob.glob(glob.escape(folder) + '/*'))) if p]
    processes.sort(key=lambda p: p.start)
    numbers = {p.number for p in processes}
    for process in processes:  # a child of fork: what it will be after exec
        if process.parent in numbers and process.side == 'producer':
            process.side = 'consumer'
    seen = {}
    for process in processes:
        same = seen.setdefault(process.side, [])
        if process.number not in same:
            same.append(process.number)
        process.number_of_side = same.index(process.number) + 1
    return processes


class Lines:
    """Addresses as lines of the sources, by one addr2line for each program."""

    def __init__(self, processes, folder):
        self.of, self.texts = {}, {}
        wanted = {}
        for process in processes:
            for call in process.calls:
                wanted.setdefault(process.program, set()).update(call.frames)
        for program, addresses in wanted.items():
            addresses = sorted(addresses)
            said = subprocess.run(
                ['addr2line', '-e', program],
                text=True,
                capture_output=True,
                check=False,
                input=''.join(f'{a - 1:#x}\n' for a in addresses),
            ).stdout.splitlines()
            for address, line in zip(addresses, said):
                path, _, number = line.partition(' ')[0].rpartition(':')
                name = os.path.basename(path)
                if number.isdigit() and os.path.isfile(os.path.join(folder, name)):
                    self.of[program, address] = (name, int(number))
                    if name not in self.texts:
                        with open(os.path.join(folder, name), errors='replace') as file:
                            self.texts[name] = file.read().splitlines()

    def stack(self, call):
        """[(file, line)], the innermost first"""
        return [
            self.of[call.process.program, a]
            for a in call.frames
            if (call.process.program, a) in self.of
        ]

    def main(self, call):
        """The line in the program itself, else the innermost."""
        stack = self.stack(call)
        return next((s for s in stack if s[0].endswith('.c')), stack[0] if stack else None)

    def text(self, place):
        lines = self.texts.get(place[0], [])
        return lines[place[1] - 1].strip() if 0 < place[1] <= len(lines) else ''


def name_semaphores(calls, lines):
    """Where each semaphore lies -> its name in the source: by the lines that use it."""
    votes, where, maps = {}, {}, {}
    for call in calls:
        if call.name == 'mmap' and call.end and not call.error:
            maps.setdefault(call.process.number, []).append((call.result, call.args[1]))
        elif call.name == 'sem_open' and call.end and not call.error:
            where[call.process.number, call.result] = call.text.decode(errors='replace')
        elif call.name.startswith('sem_') and call.name != 'sem_unlink':
            key = (call.process.number, call.args[0])
            if key not in where:
                where[key] = next(
                    (
                        call.args[0] - start
                        for start, size in maps.get(call.process.number, ())
                        if start <= call.args[0] < start + size
                    ),
                    call.args[0],
                )
            for place in lines.stack(call):
                found = re.findall(
                    r'(?:sem_\w+|wait_for|\w*wait\w*|\w*post\w*)\s*\(\s*&?([\w.>\[\]-]+)',
                    lines.text(place),
                )
                found = [re.split(r'->|\.', f)[-1] for f in found]
                if len(found) == 1 and found[0] not in ('sem', 's', 'semaphore'):
                    count = votes.setdefault(where[key], {})
                    count[found[0]] = count.get(found[0], 0) + 1
                    break
    names = {}
    for key, place in where.items():
        if isinstance(place, str):
            names[key] = place.lstrip('/')
        else:
            best = votes.get(place)
            names[key] = max(best, key=best.get) if best else f'semaphore at byte {place}'
    return names


class State:
    """What the kernel holds: replayed from the calls, step by step."""

    def __init__(self, pair):
        self.kind = pair.split('/')[0]
        self.queue = []  # messages: (bytes, text, priority); of pipes: (bytes, text, call)
        self.describe = None  # a message in words: alpc
        self.room = {'mqueue': 10, 'pipes': PIPE_ROOM, 'fifo': PIPE_ROOM}.get(self.kind, 0)
        self.to = {'producer': [], 'consumer': []}  # alpc
        self.semaphores, self.slots, self.filled = {}, {}, []
        self.named, self.created = False, False
        self.ends = {}  # of pipes: process -> {descriptor: r, w, or rw}
        self.sides = {}  # process -> producer or consumer

    def bytes(self):
        return sum(n for n, _, _ in self.queue)

    def holders(self, end):
        """Who has that end open, in words"""
        sides = [
            self.sides.get(p, '?')
            for p, fds in self.ends.items()
            if any(end in kind for kind in fds.values())
        ]
        return ' and '.join(sorted({f'the {side}' for side in sides}, reverse=True))

    def shot(self):
        """(words, cells or None, filled, [contents], who has the ends of the pipe open)"""
        if not self.created:
            return None
        gone = '' if self.named or self.kind == 'pipes' else 'no name; '
        if self.kind == 'mqueue':
            n = len(self.queue)
            return (
                f'{gone}{n} of {self.room} messages',
                self.room,
                n,
                [show(t, m) for m, t, _ in self.queue[:12]],
                '',
            )
        if self.kind in ('pipes', 'fifo'):
            n = min(self.bytes(), self.room)
            text = b''.join(t for _, t, _ in self.queue[:4])
            return (
                f'{gone}{n:,} byte{"s" * (n != 1)}',
                0,
                n / self.room,
                [show(text, n)] if n else [],
                f'; write end: {self.holders("w") or "nobody"}; read end: {self.holders("r") or "nobody"}',
            )
        if self.kind == 'shm':
            values = [f'{name} {value}' for name, value in self.semaphores.items()]
            total = self.slots.get('total', 0)
            return (
                gone + ', '.join(values) if values else gone + 'the segment',
                total,
                min(self.semaphores.get(self.slots.get('full'), 0), total),
                [f'slot {i}: {t}' for i, t in enumerate(self.filled)],
                '',
            )
        waiting = [f'{len(q)} for the {side}' for side, q in self.to.items() if q]
        return (
            gone + ('message: ' + ', '.join(waiting) if waiting else 'no message waits'),
            1,
            len(waiting),
            [
                self.describe(call) if self.describe else show(t, n)
                for q in self.to.values()
                for n, t, call in q
            ],
            '',
        )


def show(text, length):
    """Data as C would write them, short."""
    words = ''
    for byte in text[:28]:
        words += {10: '\\n', 13: '\\r', 9: '\\t', 0: '\\0', 34: '\\"', 92: '\\\\'}.get(
            byte,
            chr(byte)
            if 32 <= byte < 127
            else f'\\{byte:03o}'
            if byte < 128 or len(text) < 2
            else chr(byte),
        )
    if any(b >= 128 for b in text[:28]):
        words = (
            text[:28]
            .decode('utf-8', errors='replace')
            .replace('\n', '\\n')
            .replace('\0', '\\0')
            .replace('"', '\\"')
        )
    return f'"{words}"' + ('...' if length > 28 else '')


class Replay:
    def __init__(self, pair, processes, lines):
        self.pair, self.processes, self.lines = pair, processes, lines
        self.state = State(pair)
        self.calls = sorted((c for p in processes for c in p.calls), key=lambda c: c.start)
        self.semaphores = name_semaphores(self.calls, lines)
        self.is_main = self.main_object()
        self.applied, self.clock, self.puts = [], 0, 0
        self.senders, self.posts = [], {}  # who put what the next one takes
        self.last_get = self.last_close = self.last_connect = None

    # --- which of the objects is the pair's

    def main_object(self):
        kinds = {'pipes': stat.S_IFIFO, 'fifo': stat.S_IFIFO, 'alpc': stat.S_IFSOCK}
        wanted = kinds.get(self.state.kind)
        own = set().union(*(p.own for p in self.processes))
        for call in self.calls:
            if call.name in (
                'pipe',
                'pipe2',
                'mq_open',
                'shm_open',
                'socketpair',
                'socket',
                'accept',
            ):
                own.add(call.object)
            elif call.name == 'open' and wanted and call.object and call.object[0] == wanted:
                own.add(call.object)
        own.discard(None)
        return own

    def concerns(self, call):
        """Is this call about the pair's object, and so a main one?"""
        if (
            call.name in SAYS
            or call.name
            in ('exit', '_exit', 'fork', 'waitpid', 'wait', 'sleep', 'pause', 'nanosleep')
            or call.name.startswith('exec')
        ):
            return True
        if call.act in ('post', 'take', 'input', 'output'):
            return True
        if call.name in ASIDE:
            return False
        if call.name in (
            'shm_unlink',
            'mq_unlink',
            'unlink',
            'mkfifo',
            'sem_init',
            'sem_open',
            'sem_unlink',
            'munmap',
            'memfd_create',
            'mmap',
            'ftruncate',
            'mq_open',
            'shm_open',
            'pipe',
            'pipe2',
            'socketpair',
            'bind',
            'listen',
            'connect',
            'accept',
            'socket',
        ):
            return True
        if call.name == 'poll':
            return call.waited
        return (
            call.object in self.is_main
            or call.object is None
            and call.name == 'open'
            and self.state.kind == 'fifo'
        )

    # --- the order

    def run(self):
        """All calls in an order in which each finds what it needs: by their ends, but what a call
        took must have been put before. Sets point, cause and state of each."""
        done = sorted((c for c in self.calls if c.end), key=lambda c: c.end)
        pending = {}
        for call in done:  # by what others may need
            for key in self.gives(call):
                pending.setdefault(key, []).append(call)
        self.pending = {key: iter(calls) for key, calls in pending.items()}
        self.ahead = {}
        for call in done:
            if call.point is None:
                self.apply(call, 0)
        for process in self.processes:
            if process.killed and process.end and done and process.end < done[-1].end:
                self.state.ends.pop(process.number, None)
        return self.applied

    def gives(self, call):
        if call.error:
            return ()
        if call.act == 'put' and self.moves(call):
            return (('data', self.where_to(call)),)
        if call.act == 'get' and self.moves(call):
            return (('room', 0),)
        if call.act == 'post':
            return (('sem', self.semaphores.get((call.process.number, call.args[0]))),)
        if call.name == 'open' and self.state.kind == 'fifo' and self.moves(call):
            return (('open', call.process.side),)
        if call.name == 'connect':
            return (('connection', 0),)
        if call.name in ('close', 'exit', '_exit') and self.state.kind in ('pipes', 'fifo'):
            return (('end', call.process.side),)
        return ()

    def moves(self, call):
        return call.object in self.is_main

    def where_to(self, call):
        if self.state.kind != 'alpc':
            return 0
        return (
            'consumer' if (call.process.side == 'producer') == (call.act == 'put') else 'producer'
        )

    def pull(self, key, call, depth):
        """Applies the next call that gives what this one took, if it began before this one ended."""
        if depth > 50 or key not in self.pending:
            return False
        other = self.ahead.pop(key, None)
        while other is None or other.point is not None:
            other = next(self.pending[key], None)
            if other is None:
                return False
        if other.start > call.end or other is call:
            self.ahead[key] = other
            return False
        self.apply(other, depth + 1)
        return True

    def apply(self, call, depth):
        state = self.state
        call.point = -1  # being applied
        if not call.error:
            self.need(call, depth)
        self.clock = call.point = max(self.clock + 1, call.end if depth == 0 else self.clock + 1)
        if not call.error:
            self.change(call)
        self.applied.append(call)
        if call.step:
            call.state = state.shot()

    def need(self, call, depth):
        state = self.state
        if call.act == 'get' and self.moves(call):
            if state.kind == 'alpc':
                if call.bytes:
                    while not state.to[self.where_to(call)] and self.pull(
                        ('data', self.where_to(call)), call, depth
                    ):
                        pass
            elif state.kind == 'mqueue':
                while not state.queue and self.pull(('data', 0), call, depth):
                    pass
            else:
                while state.bytes() < call.bytes and self.pull(('data', 0), call, depth):
                    pass
                if call.bytes == 0:
                    while self.pull(('end', 'producer'), call, depth):
                        pass
        elif call.act == 'put' and self.moves(call):
            while (
                len(state.queue) >= state.room
                if state.kind == 'mqueue'
                else state.kind in ('pipes', 'fifo') and state.bytes() + call.bytes > state.room
            ) and self.pull(('room', 0), call, depth):
                pass
        elif call.act == 'take':
            name = self.semaphores.get((call.process.number, call.args[0]))
            while state.semaphores.get(name, 0) < 1 and self.pull(('sem', name), call, depth):
                pass
        elif call.name == 'open' and state.kind == 'fifo' and call.waited:
            other = 'consumer' if call.process.side == 'producer' else 'producer'
            self.pull(('open', other), call, depth)
        elif call.name == 'accept':
            self.pull(('connection', 0), call, depth)
        elif call.name == 'poll' and call.result > 0 and state.kind == 'alpc':
            side = call.process.side
            if not state.to[side] and not self.pull(('connection', 0), call, depth):
                self.pull(('data', side), call, depth)
        elif call.name in ('waitpid', 'wait'):
            self.pull(('end', 'consumer'), call, depth)

    # --- what a call changes

    def change(self, call):
        state, name, side = self.state, call.name, call.process.side
        if state.kind in ('pipes', 'fifo'):
            self.change_ends(call)
        if call.act == 'put' and self.moves(call):
            self.puts += 1
            call.cause = self.last_get
            piece = (call.bytes, call.text, call.args[2] if name.startswith('mq_') else call)
            if state.kind == 'alpc':
                state.to[self.where_to(call)].append(piece)
            else:
                if name.startswith('mq_'):  # a higher priority goes first
                    at = bisect.bisect_right([-m[2] for m in state.queue], -piece[2])
                    state.queue.insert(at, piece)
                    self.senders.insert(at, call)
                else:
                    state.queue.append(piece)
        elif call.act == 'get' and self.moves(call):
            self.take_data(call)
            self.last_get = call
        elif call.act == 'post':
            sem = self.semaphores.get((call.process.number, call.args[0]))
            state.semaphores[sem] = state.semaphores.get(sem, 0) + 1
            self.posts[sem] = call
        elif call.act == 'take':
            sem = self.semaphores.get((call.process.number, call.args[0]))
            state.semaphores[sem] = max(state.semaphores.get(sem, 0) - 1, 0)
            call.cause = self.posts.get(sem)
        elif call.act == 'input' and state.kind == 'shm' and name == 'read':
            self.fill_slot(call)
        elif name in ('sem_init', 'sem_open'):
            key = (call.process.number, call.args[0] if name == 'sem_init' else call.result)
            sem, value = (
                self.semaphores.get(key),
                call.args[2] if name == 'sem_init' else call.args[3],
            )
            if name == 'sem_init' or sem not in state.semaphores:
                state.semaphores[sem] = value
            if value > state.slots.get('total', 0):
                state.slots['total'] = value
            if value == 0:
                state.slots.setdefault('full', sem)
        elif name == 'mq_open':
            state.created = state.named = True
            state.room = call.args[3] or state.room
            if not self.puts and call.args[0] > 0:
                state.queue = [(0, b'', 0)] * call.args[0]  # left by an earlier run
        elif name in ('shm_open', 'mkfifo', 'bind', 'pipe', 'pipe2'):
            state.created = state.named = True
        elif (
            name in ('shm_unlink', 'mq_unlink')
            or name == 'unlink'
            and state.kind in ('fifo', 'alpc')
        ):
            state.named = False
        elif name == 'open' and state.kind == 'fifo':
            state.created = True
            call.cause = next(
                (
                    c
                    for c in reversed(self.calls)
                    if c.name == 'open'
                    and c.process.side != side
                    and call.start < c.start <= call.end
                ),
                None,
            )
        elif name == 'connect':
            self.last_connect = call
        elif name == 'poll' and call.result > 0 and state.kind == 'alpc':
            call.cause = state.to[side][0][2] if state.to[side] else self.last_connect
        elif name in ('waitpid', 'wait'):
            call.cause = next(
                (
                    c
                    for p in self.processes
                    for c in p.calls[-1:]
                    if p.number == call.result and c.name == 'exit'
                ),
                None,
            )

    def change_ends(self, call):
        state, name, me, a = self.state, call.name, call.process.number, call.args
        state.sides.setdefault(me, call.process.side)
        if me not in state.ends:  # what a child got from its parent
            state.ends[me] = dict(state.ends.get(call.process.parent, {}))
        mine, open_before = state.ends[me], state.holders('w')
        if name in ('pipe', 'pipe2'):
            mine.update({a[0]: 'r', a[1]: 'w'})
        elif name == 'fork':
            state.sides.setdefault(call.result, 'consumer')
            state.ends.setdefault(call.result, dict(mine))
        elif name == 'open' and state.kind == 'fifo':
            mine[call.result] = ['r', 'w', 'rw', ''][a[1] & 3]
        elif name == 'dup2' and a[0] in mine:
            mine[a[1]] = mine[a[0]]
        elif name == 'dup' and a[0] in mine:
            mine[call.result] = mine[a[0]]
        elif name == 'close':
            call.closes = mine.pop(a[0], '')
        elif name in ('exit', '_exit'):
            mine.clear()
        if open_before and not state.holders('w'):
            self.last_close = call

    def take_data(self, call):
        state = self.state
        if state.kind == 'alpc':
            queue = state.to[self.where_to(call)]
            if queue and call.bytes:
                call.cause = queue.pop(0)[2]
            return
        if state.kind == 'mqueue':
            if state.queue:
                state.queue.pop(0)
                call.cause = self.senders.pop(0) if self.senders else None
            return
        left = call.bytes
        call.cause = self.last_close if left == 0 else state.queue[0][2] if state.queue else None
        while left > 0 and state.queue:
            size, text, sender = state.queue[0]
            if size > left:
                state.queue[0] = (size - left, text[left:], sender)
                break
            left -= size
            state.queue.pop(0)

    def fill_slot(self, call):
        total = self.state.slots.get('total', 0)
        if not total or call.bytes == 0:
            return
        at = self.state.slots.get('next', 0)
        self.state.slots['next'] = (at + 1) % total
        while len(self.state.filled) <= at:
            self.state.filled.append('')
        self.state.filled[at] = show(call.text, call.bytes)


def error_name(number):
    return errno.errorcode.get(number, f'error {number}')


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f'signal {number}'
