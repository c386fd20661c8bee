/* mqueue.pml: the protocol of mqueue/posix as a model; spin tries every interleaving.
 * run: spin -a mqueue.pml && gcc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m100000
 * It says "errors: 0" after some seconds; with spin -DMISHAPS=2 it needs minutes.
 *
 * Two producers and two consumers use one name. A producer sends a line and the end; a consumer
 * receives until it has one end. MISHAPS times in all, at any step, one of them is interrupted
 * (its handler runs, which may itself be killed) or killed (nothing runs).
 *
 * The steps are the system calls. Two steps: mq_open with its assignment, since a signal may come
 * between; flock(LOCK_EX | LOCK_NB), since the kernel first drops the shared lock, then tries.
 *
 * What must hold:
 *   - who has joined a queue sends to and receives from one that still has its name
 *   - a queue that is removed is used by nobody, and empty unless its remover was interrupted
 *   - when nothing moves any more, those left are consumers at an empty queue and producers at
 *     a full one, and it has its name; if nobody is left and nobody was killed, an empty queue is
 *     gone
 *
 * Left out: what the lines say, priorities, the limit of nine queues, the tries with O_NONBLOCK (a
 * send or receive just waits), calls that fail, somebody who removes the name by hand. */

#ifndef MISHAPS
#define MISHAPS 1
#endif
#define PROCESSES 4
#define QUEUES 7 /* that are created in a run, one after another */
#define ROOM 2
#define NONE 255

mtype = { LINE, END, INT, KILL, UNLOCKED, SHARED, EXCLUSIVE };

byte current = NONE; /* the queue that the name leads to */
byte created = 0;
chan queue[QUEUES] = [ROOM] of { mtype };
byte shared[QUEUES], exclusive[QUEUES]; /* how many have the lock */
mtype hit[PROCESSES];			/* INT or KILL */
byte joined[PROCESSES] = NONE;		/* the queue that it uses */
byte alive = PROCESSES;
bool killed = false;

inline release()
{
	if
	:: lock == SHARED -> shared[q]--
	:: lock == EXCLUSIVE -> exclusive[q]--
	:: else
	fi;
	lock = UNLOCKED;
	joined[me] = NONE
}

inline try_exclusive() /* flock(queue, LOCK_EX | LOCK_NB) gives up the shared lock in any case */
{
	atomic { release() };
	atomic {
		if
		:: shared[q] == 0 && exclusive[q] == 0 -> exclusive[q]++; lock = EXCLUSIVE
		:: else
		fi
	}
}

inline mq_unlink()
{
	atomic {
		assert(joined[0] != q && joined[1] != q && joined[2] != q && joined[3] != q);
		current = NONE
	}
}

inline mq_send(message)
{
	atomic { queue[q]!message -> assert(current == q) }
}

proctype side(byte me; bool produces)
{
	byte q = NONE;
	mtype lock = UNLOCKED, message;

	{
		{
			skip;
again:			atomic { /* mq_open with O_CREAT */
				if
				:: current == NONE ->
					assert(created < QUEUES);
					current = created;
					created++
				:: else
				fi;
				message = current
			};
			atomic { q = message; message = 0 };
			atomic { exclusive[q] == 0 -> shared[q]++; lock = SHARED }; /* flock */
			atomic { /* fstat */
				if
				:: current == q -> joined[me] = q
				:: else -> release(); q = NONE; goto again
				fi
			};
			if
			:: produces ->
end_full_1:			mq_send(LINE);
end_full_2:			mq_send(END)
			:: else ->
end_empty:			do
				:: atomic { queue[q]?LINE -> assert(current == q) }
				:: atomic { queue[q]?END -> assert(current == q) }; break
				od
			fi;
			try_exclusive();
			if
			:: lock == EXCLUSIVE && current == q -> /* is_last */
				if
				:: empty(queue[q]) -> atomic { assert(empty(queue[q])); mq_unlink() }
				:: nempty(queue[q])
				fi
			:: else
			fi
		} unless {
			hit[me] == INT -> /* stop, in care.h */
			if
			:: q == NONE -> q = current
			:: else
			fi;
			if
			:: q != NONE ->
				try_exclusive();
				if
				:: lock == EXCLUSIVE && current == q -> mq_unlink()
				:: else
				fi
			:: else
			fi
		}
	} unless {
		hit[me] == KILL -> killed = true
	};
	atomic { release(); alive-- }
}

proctype mishaps()
{
	byte left = MISHAPS, who;

	do
	:: left > 0 ->
		left--;
		select (who : 0 .. PROCESSES - 1);
		if
		:: hit[who] = INT
		:: hit[who] = KILL
		fi
	:: break
	od
}

init {
	atomic {
		run side(0, true);
		run side(1, true);
		run side(2, false);
		run side(3, false);
		run mishaps()
	};
	timeout -> /* nothing moves any more */
	byte i;
	for (i : 0 .. PROCESSES - 1) {
		assert(joined[i] == NONE || joined[i] == current)
	}
	assert(alive > 0 || killed || current == NONE || nempty(queue[current]))
}
